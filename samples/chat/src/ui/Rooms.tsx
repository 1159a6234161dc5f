import type { Room } from "../chat/room";
import { useRoom, useRooms } from "../hooks";

export function Rooms({ current }: { current: Room | undefined }) {
  const rooms = useRooms();
  return (
    <nav className="rooms" aria-label="Rooms">
      <ul>
        {rooms.map((room) => (
          <RoomLink key={room.id} room={room} isCurrent={room === current} />
        ))}
      </ul>
      <form action={(form) => void (location.hash = encodeURIComponent(String(form.get("room")).trim()))}>
        <input name="room" required maxLength={40} aria-label="Another room" placeholder="Another room …" autoComplete="off" />
      </form>
    </nav>
  );
}

function RoomLink({ room, isCurrent }: { room: Room; isCurrent: boolean }) {
  const { unread, outside } = useRoom(room);
  return (
    <li>
      <a href={`#${encodeURIComponent(room.name)}`} aria-current={isCurrent ? "page" : undefined}>
        {room.name}
        {outside && <span title={outside}> (out)</span>}
        {unread > 0 && (
          <span className="unread">
            {unread} <span className="heard">unread</span>
          </span>
        )}
      </a>
    </li>
  );
}

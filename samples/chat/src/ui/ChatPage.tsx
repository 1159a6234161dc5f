import { useChat, useCurrentRoom, useLook } from "../hooks";
import { nameOf } from "../settings";
import { Avatar } from "./Avatar";
import { Composer } from "./Composer";
import { ConnectionBar } from "./ConnectionBar";
import { Messages } from "./Messages";
import { People } from "./People";
import { Rooms } from "./Rooms";

export function ChatPage({ onLeave }: { onLeave: () => void }) {
  const chat = useChat();
  const room = useCurrentRoom();
  useLook(room);
  return (
    <div className="chat">
      <header className="me">
        <Avatar user={chat.user} />
        <strong>{nameOf(chat.user)}</strong>
        <button onClick={onLeave}>Leave</button>
      </header>
      <Rooms current={room} />
      {room && (
        <main key={room.id}>
          <title>{`${room.name} · Chat`}</title>
          <h1>{room.name}</h1>
          <ConnectionBar />
          <People room={room} />
          <Messages room={room} />
          <Composer room={room} />
        </main>
      )}
    </div>
  );
}

import type { Room } from "../chat/room";
import { useRoom } from "../hooks";
import { nameOf } from "../settings";
import { Avatar } from "./Avatar";

/** Who is here, and what they do. */
export function People({ room }: { room: Room }) {
  const { people, typing } = useRoom(room);
  const sorted = people.toSorted((a, b) => a.user.localeCompare(b.user));
  return (
    <aside className="people" aria-label="Who is here">
      <h2>{people.length} here</h2>
      <ul>
        {sorted.map(({ user, state }) => {
          const doing = typing.includes(user) ? "typing" : state === "away" ? "away" : "";
          return (
            <li key={user} data-doing={doing}>
              <Avatar user={user} />
              {nameOf(user)} {doing && <small>{doing}</small>}
            </li>
          );
        })}
      </ul>
    </aside>
  );
}

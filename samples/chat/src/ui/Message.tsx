import type { Line } from "../chat/lines";
import type { Outgoing, Room } from "../chat/room";
import { useChat } from "../hooks";
import { nameOf } from "../settings";
import { Avatar } from "./Avatar";

const togetherMs = 5 * 60_000;

export function Message({ line, before }: { line: Line; before: Line | undefined }) {
  const { user } = useChat();
  const { from, text, ts } = line;
  const goesOn = before?.from === from && before.epoch === line.epoch && ts - before.ts < togetherMs;
  return (
    <li className="message" data-from={from} data-mine={from === user || undefined} data-goes-on={goesOn || undefined}>
      {!goesOn && <Who user={from} ts={ts} />}
      <p>{text}</p>
    </li>
  );
}

/** What this user said, until the room says it; or why it did not. */
export function Unsaid({ mine, room }: { mine: Outgoing; room: Room }) {
  const { user } = useChat();
  const { text, ts, status, problem } = mine;
  return (
    <li className="message" data-from={user} data-mine data-status={status}>
      <Who user={user} ts={ts} />
      <p>{text.length > 2000 ? `${text.slice(0, 2000)} …` : text}</p>
      {problem && (
        <small className="problem" role="alert">
          Not sent. {problem}{" "}
          <button onClick={() => room.sayAgain(mine)}>Send again</button> <button onClick={() => room.forget(mine)}>Forget it</button>
        </small>
      )}
    </li>
  );
}

function Who({ user, ts }: { user: string; ts: number }) {
  const time = new Date(ts);
  return (
    <div className="who">
      <Avatar user={user} />
      <strong>{nameOf(user)}</strong>
      <time dateTime={time.toISOString()}>{time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}</time>
    </div>
  );
}

import type { ReactNode } from "react";
import type { Line } from "../chat/lines";
import type { Outgoing, Room } from "../chat/room";
import { useChat } from "../hooks";
import { nameOf } from "../settings";
import { Avatar } from "./Avatar";

const togetherMs = 5 * 60_000;

interface Said {
  /** Who says it, what, and when. */
  message: Pick<Line, "from" | "text" | "ts">;
  before: Line | undefined;
  status?: Outgoing["status"];
  children?: ReactNode;
}

export function Message({ message: { from, text = "", ts }, before, status, children }: Said) {
  const { user } = useChat();
  const time = new Date(ts);
  const goesOn = before?.from === from && ts - before.ts < togetherMs;
  return (
    <li className="message" data-from={from} data-mine={from === user || undefined} data-goes-on={goesOn || undefined} data-status={status}>
      <div className="who">
        <Avatar user={from} />
        <strong>{nameOf(from)}</strong>
        <time dateTime={time.toISOString()}>{time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}</time>
      </div>
      <p>{text.length > 5_000 ? `${text.slice(0, 5_000)} …` : text}</p>
      {children}
    </li>
  );
}

/** What this user said, until the room says it; or why it did not. */
export function Unsaid({ mine, before, room }: { mine: Outgoing; before: Line | undefined; room: Room }) {
  const { user } = useChat();
  return (
    <Message message={{ ...mine, from: user }} before={before} status={mine.status}>
      {mine.problem && (
        <small className="problem" role="alert">
          {mine.problem} <button onClick={() => room.sayAgain(mine)}>Send again</button> <button onClick={() => room.forget(mine)}>Forget it</button>
        </small>
      )}
    </Message>
  );
}

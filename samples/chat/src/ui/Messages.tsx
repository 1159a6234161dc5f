import { Fragment } from "react";
import { isGap } from "../chat/lines";
import type { Room } from "../chat/room";
import { useRoom } from "../hooks";
import { Message, Unsaid } from "./Message";

/** What was said. The box is a column from below, so that browsers keep it at its end, or where somebody reads. */
export function Messages({ room }: { room: Room }) {
  const { lines, head, hasOlder, outbox, outside } = useRoom(room);
  const last = lines.at(-1);
  return (
    <div className="log" role="log" aria-label="Messages" tabIndex={0}>
      <ol>
        {hasOlder && (
          <li className="notice">
            <button onClick={() => void room.readOlder()}>Earlier messages</button>
          </li>
        )}
        {lines.length + outbox.length === 0 && <li className="notice">Nobody has said anything yet.</li>}
        {lines.map((line, i) => (
          <Fragment key={`${line.epoch} ${line.offset}`}>
            {i > 0 && isGap(lines[i - 1]!, line) && <Gap />}
            {line.text !== undefined && <Message message={line} before={lines[i - 1]} />}
          </Fragment>
        ))}
        {last && head && isGap(last, { ...head, offset: head.offset + 1 }) && <Gap />}
        {outbox.map((mine) => (
          <Unsaid key={mine.key} mine={mine} before={last} room={room} />
        ))}
        {outside && (
          <li className="notice" role="alert">
            {outside} <button onClick={() => void room.enter()}>Come in again</button>
          </li>
        )}
      </ol>
    </div>
  );
}

const Gap = () => <li className="notice gap">What was said here meanwhile could not be loaded.</li>;

import { problemOf } from "../chat/chat";
import { useChat, useConnection, useSecondsUntil } from "../hooks";

/** How the connection stands, and after a loss what became of it: nothing to see while all is well. */
export function ConnectionBar() {
  const chat = useChat();
  const connection = useConnection();
  const { state, retryAt, hasMissed } = connection;
  return (
    <div className="connection" role="status" data-state={state} data-missed={hasMissed}>
      {hasMissed === false && "Connected again: nothing was missed."}
      {hasMissed && "Connected again: some of what was said meanwhile may be missing."}
      {state === "connecting" && "Connecting …"}
      {state === "reconnecting" && (
        <>
          {problemOf(connection)} <Countdown until={retryAt ?? 0} />
        </>
      )}
      {state === "closed" && (
        <>
          {problemOf(connection)} <button onClick={() => chat.connect()}>Connect again</button>
        </>
      )}
    </div>
  );
}

function Countdown({ until }: { until: number }) {
  const seconds = useSecondsUntil(until);
  // Not read out each second.
  return <span aria-live="off">{seconds > 0 ? `Trying again in ${seconds} s` : "Trying again …"}</span>;
}

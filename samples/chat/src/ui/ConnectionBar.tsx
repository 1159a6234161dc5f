import { problemOf } from "../chat/chat";
import { useChat, useConnection, useSecondsUntil } from "../hooks";

/** How the connection stands: nothing to see while all is well. A session that goes on has missed nothing, so nothing is said of it. */
export function ConnectionBar() {
  const chat = useChat();
  const connection = useConnection();
  const { state, retryAt } = connection;
  return (
    <div className="connection" role="status" data-state={state}>
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
  return <span aria-live="off">{seconds > 0 ? `Reconnecting in ${seconds} s` : "Reconnecting …"}</span>;
}

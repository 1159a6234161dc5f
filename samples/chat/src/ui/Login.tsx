import { problemOf, type Connection } from "../chat/chat";
import { gateway } from "../settings";

/** Who are you? Also says why one is not in yet. */
export function Login({ connection, onEnter }: { connection?: Connection; onEnter: (name: string) => void }) {
  const isTrying = connection?.state === "connecting";
  const name = new URLSearchParams(location.search).get("user") ?? "";
  return (
    <main className="login">
      <title>Chat</title>
      <form action={(form) => onEnter(String(form.get("name")).trim())}>
        <h1>Chat</h1>
        <label htmlFor="name">Your name</label>
        <input id="name" name="name" defaultValue={name} required autoFocus autoComplete="username" autoCapitalize="none" spellCheck={false} list="names" />
        <datalist id="names">
          <option value="alice" />
          <option value="bob" />
          <option value="load-1" />
        </datalist>
        <p className="hint">The demonstration knows alice, bob, dev, and load-1, load-2 and so on.</p>
        <button className="primary">{isTrying ? "Connecting …" : "Enter"}</button>
        <p className="problem" role="alert">
          {connection && problemOf(connection)} {isTrying && connection.reason && `Trying on at ${gateway}.`}
        </p>
      </form>
    </main>
  );
}

import { Client } from "wsprism";

const address = new URLSearchParams(location.search);
const gateway = address.get("gateway") ?? "ws://127.0.0.1:8080/v1/ws";

/** A fixed ticket of the demonstration; yours comes from your backend, by a callback. */
export const client = new Client({ url: gateway, tenant: "demo", ticket: address.get("user") ?? "alice" });

const line = document.getElementById("connection")!;
const note = document.getElementById("note")!;
const button = document.getElementById("connect") as HTMLButtonElement;

// What the words of the gateway and the library mean to who looks at prices.
const meanings: Record<string, string> = {
  AUTH_FAILED: "the gateway does not know this user",
  unreachable: `no gateway at ${gateway}`,
  lost: "the connection was lost",
  silence: "the gateway went silent",
  drained: "the gateway is being stopped",
  replaced: "this user is connected too often",
};

/** Says below the heading how the connection is, and lets the user begin anew where the library has stopped. */
export function showConnection(): void {
  let sessions = 0;

  client.on("state", ({ state, reason = "", retryInMs }) => {
    const why = meanings[reason] ?? reason;
    const next = retryInMs === undefined ? "" : ` Next attempt in ${Math.ceil(retryInMs / 1000)} s.`;
    const words: Record<string, string> = {
      open: `Connected as ${client.session?.user}`,
      connecting: why ? `Not connected: ${why}.${next}` : "Connecting …",
      reconnecting: `Reconnecting: ${why || "the connection was lost"}.${next} Prices are from before.`,
      closed: `Not connected: ${why}.`,
    };
    line.textContent = words[state] ?? state;
    line.dataset.state = document.body.dataset.state = state;
    button.hidden = state !== "closed";
  });
  client.on("resumed", ({ replayed }) => say(replayed ? `Connected again; ${replayed} messages were missed and came.` : "Connected again: nothing was missed."));
  client.on("session", () => {
    if (sessions++ > 0) say("The session was lost. This is a new one; prices were subscribed to again.");
  });
  client.on("error", ({ message }) => say(message));
  button.addEventListener("click", connect);
  // A page that is closed takes its leave: its session would wait for it.
  addEventListener("pagehide", ({ persisted }) => persisted || client.close());
}

/** A line that stays until the next one. */
export function say(text: string): void {
  note.textContent = text;
}

/** Connects; what becomes of it is shown. */
export function connect(): void {
  client.connect().catch(() => {});
}

// The page of starter-name. The client library finds a lost connection again, resumes the session and joins the room again by itself.
import { Client } from "./wsprism.js";

const room = "lobby";
const element = (id) => document.getElementById(id);
const tell = (problem = "") => (element("problem").textContent = problem);

// The backend says who may come in: it answers with a ticket for one connection, or with the reason why not.
async function login(name) {
  const response = await fetch("/login", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ name }) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

async function enter(name) {
  let first = await login(name);
  const client = new Client({
    url: first.gateway,
    tenant: first.tenant,
    // Each connection takes a ticket of its own: the first is here already.
    ticket: async () => {
      const { ticket } = first ?? (await login(name));
      first = undefined;
      return ticket;
    },
  });
  client.on("state", ({ state, reason, retryInMs, error }) => {
    const wait = retryInMs === undefined ? "" : `, again in ${Math.ceil(retryInMs / 1000)} s`;
    element("state").textContent = state === "open" ? `connected as ${name}` : `${state}${reason ? ` (${error?.message ?? reason})` : ""}${wait}`;
  });
  client.subscribe({ svc: "talk", room }, show);
  client.presence.watch(room, (users) => (element("users").textContent = [...users.keys()].sort().join(", ")));
  // Another session, in which something may be missing: what the room remembers is read anew.
  client.on("resumeFailed", () => {
    element("log").replaceChildren();
    read(client).catch((error) => tell(error.message));
  });

  // A page that is closed takes its leave: its session would wait for it, and the others see who has gone.
  addEventListener("pagehide", ({ persisted }) => persisted || client.close());

  try {
    await client.connect();
    await client.rooms.join(room);
    await read(client);
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}

// What was said before. What has come meanwhile is among it, and is shown once.
async function read(client) {
  const { messages } = await client.rooms.history(room, { limit: 100 });
  messages.forEach(show);
}

// A message to the room, which has numbered it: each once, in its order.
function show({ type, offset, data }) {
  const log = element("log");
  const after = [...log.children].find((line) => Number(line.dataset.offset) >= offset);
  if (after && Number(after.dataset.offset) === offset) return;
  const line = document.createElement("li");
  line.dataset.offset = offset;
  line.className = type;
  if (type === "said") line.append(Object.assign(document.createElement("b"), { textContent: data.from }), ` ${data.text}`);
  if (type === "came") line.append(`${data.user} is here`);
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  log.insertBefore(line, after ?? null);
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}

element("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.target.querySelector("button");
  button.disabled = true;
  tell();
  try {
    const client = await enter(element("name").value.trim());
    element("login").hidden = true;
    element("talk").hidden = false;
    element("log").scrollTop = element("log").scrollHeight;
    element("text").focus();
    element("say").addEventListener("submit", (said) => say(client, said));
  } catch (error) {
    tell(error.message);
  }
  button.disabled = false;
});

// The promise is settled when the backend has answered: what was refused stays in the field, with the reason below.
async function say(client, event) {
  event.preventDefault();
  const button = event.target.querySelector("button");
  const input = element("text");
  const text = input.value;
  button.disabled = true; // one after the other
  try {
    await client.request("talk", "say", { text }, { room });
    if (input.value === text) input.value = "";
    tell();
  } catch (error) {
    tell(error.message.replace(/^[A-Z_]+: /, ""));
  }
  button.disabled = false;
  input.focus();
}

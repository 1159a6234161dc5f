// A chat backend in plain Node.js: it never holds a socket. node server.mjs [port]
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const port = Number(process.argv[2] ?? 5000);
const gateway = process.env.GATEWAY_API ?? "http://127.0.0.1:9090";
const secret = Buffer.from(process.env.HOOK_SECRET.replace(/^whsec_/, ""), "base64");
const rooms = new Map(); // room → what was said in it, the last 50

// The server API of the gateway.
const call = async (path, body) => {
  const response = await fetch(`${gateway}/v1/tenants/chat${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${process.env.API_KEY}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
};

// POST /login {"user":"ann"}: who may have a ticket is the application's to say; here everybody who asks.
const login = async ({ user }) => [200, { ticket: (await call("/tickets", { user: `user:${user}` })).ticket }];

// POST /messages: what clients send to the service `talk`. The answer says what is to happen.
const messages = ({ type, room, in_room: inRoom, user, data }) => {
  if (!inRoom) return [200, { error: { code: "NOT_IN_ROOM", msg: "Join the room first." } }];
  const said = rooms.get(room) ?? [];
  if (type === "history") return [200, { reply: said }];
  const text = data?.text;
  if (type !== "say" || typeof text !== "string") return [200, { error: { code: "BAD_REQUEST", msg: "talk has say and history." } }];
  const line = { from: user, text };
  rooms.set(room, [...said, line].slice(-50));
  return [200, { reply: { count: said.length + 1 }, publish: [{ to: { room }, message: { svc: "talk", type: "said", data: line } }] }];
};

// POST /events: somebody came into a room, and the room is told.
const events = async ({ event, room, user }) => {
  if (event === "room_joined") await call(`/rooms/${encodeURIComponent(room)}/messages`, { svc: "talk", type: "came", data: { user } });
  return [204];
};

// Standard Webhooks: the signature is over id, time and body, and an old one does not count.
const isSigned = (headers, body) => {
  const { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signatures = "" } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(time)) < 300)) return false;
  const expected = createHmac("sha256", secret).update(`${id}.${time}.`).update(body).digest();
  return signatures.split(" ").some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ""), "base64");
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
};

// An id comes again where an answer was lost, or where somebody recorded the request: acted on once, answered alike, for as long as its time counts.
const answered = new Map();
const once = (id, act) => {
  if (!answered.has(id)) {
    answered.set(id, act());
    answered.get(id).catch(() => answered.delete(id));
    setTimeout(() => answered.delete(id), 600_000).unref();
  }
  return answered.get(id);
};

const answer = async (request, body) => {
  if (request.method !== "POST") return [405];
  if (request.url === "/login") return login(JSON.parse(body));
  const act = { "/messages": messages, "/events": events }[request.url];
  if (!act) return [404];
  if (!isSigned(request.headers, body)) return [401];
  return once(request.headers["webhook-id"], async () => act(JSON.parse(body)));
};

createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  let [status, json] = [500];
  try {
    [status, json] = await answer(request, Buffer.concat(chunks));
  } catch (error) {
    console.error(error.message);
  }
  response.writeHead(status, { "content-type": "application/json" }).end(json && JSON.stringify(json));
}).listen(port, "127.0.0.1", function () {
  console.log(`chat backend at http://127.0.0.1:${this.address().port}`);
});

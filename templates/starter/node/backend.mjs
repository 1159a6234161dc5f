// The backend of starter-name: lets users in, decides on what they say, and serves the page. It holds no socket. Start it with: node backend.mjs
import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const tenant = "starter-tenant";
const port = Number(process.env.PORT ?? 3000);
const gateway = process.env.GATEWAY_URL ?? "ws://127.0.0.1:8080/v1/ws"; // where pages connect
const api = process.env.GATEWAY_API ?? "http://127.0.0.1:9090"; // where this program calls
const secret = (name) => readFileSync(new URL(`secrets/${name}`, import.meta.url), "utf8").trim();
const apiKey = secret("api-key");
const hookKey = Buffer.from(secret("hook-secret").replace("whsec_", ""), "base64");

// POST /login {"name":"ann"}: who may come in is yours to say. Check a password or a cookie; here everybody may who has a name.
async function login({ name }) {
  const user = String(name ?? "").trim();
  if (!/^[\p{L}\p{N}_-]{1,20}$/u.test(user)) return [400, { error: "A name has 1 to 20 letters and digits." }];
  const { ticket } = await call("tickets", { user });
  return [200, { ticket, tenant, gateway }];
}

// POST /talk: a message from a client to the service `talk`. The answer says what is to happen; see docs/webhooks.md of wsPrism.
async function talk({ type, room, in_room: inRoom, user, data }) {
  const refuse = (code, msg) => [200, { error: { code, msg } }];
  if (!inRoom) return refuse("NOT_IN_ROOM", "Join the room first.");
  if (type !== "say") return refuse("BAD_REQUEST", `talk has no ${type}.`);
  const text = typeof data?.text === "string" ? data.text.trim() : "";
  if (text.length < 1 || text.length > 200) return refuse("BAD_REQUEST", `Say something of 1 to 200 characters; these are ${text.length}.`);
  return [200, { publish: [{ to: { room }, message: { type: "said", data: { from: user, text } } }] }];
}

// POST /events: something has happened at the gateway. And this is how to publish at any time: by the server API.
async function events({ event, room, user }) {
  if (event === "room_joined") await call(`rooms/${encodeURIComponent(room)}/messages`, { svc: "talk", type: "came", data: { user } });
  return [204];
}

async function call(path, body) {
  const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
  const request = { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(5000) };
  const response = await fetch(`${api}/v1/tenants/${tenant}/${path}`, request);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

// Anybody can post to a URL: the signature is over id, time and body (Standard Webhooks), and what is older than five minutes does not count.
function isSigned(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signatures = "" } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(time)) < 300)) return false;
  const ours = createHmac("sha256", hookKey).update(`${id}.${time}.`).update(body).digest();
  const theirs = signatures.split(" ").map((one) => Buffer.from(one.replace("v1,", ""), "base64"));
  return theirs.some((one) => one.length === ours.length && timingSafeEqual(one, ours));
}

// An id that comes again, because the answer was lost, is acted on once and answered alike.
const answers = new Map();
function once(id, act) {
  if (!answers.has(id)) {
    answers.set(id, act());
    answers.get(id).catch(() => answers.delete(id));
    setTimeout(() => answers.delete(id), 600_000).unref();
  }
  return answers.get(id);
}

async function post(path, headers, body) {
  if (path === "/login") return login(Object(await new Response(body).json().catch(() => null))); // what is no JSON has no name
  const act = { "/talk": talk, "/events": events }[path];
  if (!act) return [404];
  return isSigned(headers, body) ? once(headers["webhook-id"], async () => act(JSON.parse(body))) : [401];
}

const types = { html: "text/html; charset=utf-8", css: "text/css; charset=utf-8", js: "text/javascript; charset=utf-8" };
async function file(path) {
  const [, name, type] = /^\/([\w-]+\.(html|css|js))$/.exec(path === "/" ? "/index.html" : path) ?? [];
  const content = name && (await readFile(new URL(`page/${name}`, import.meta.url)).catch(() => undefined));
  return content ? [200, content, types[type]] : [404];
}

const server = createServer(async (request, response) => {
  try {
    const parts = [];
    for await (const part of request) if (parts.push(part) > 100) return request.destroy(); // nobody has that much to say
    const path = request.url.split("?")[0];
    const [status, body, type] = await (request.method === "POST" ? post(path, request.headers, Buffer.concat(parts)) : file(path));
    response.writeHead(status, { "content-type": type ?? "application/json" }).end(type ? body : body && JSON.stringify(body));
  } catch (error) {
    console.error(request.method, request.url, error.cause?.message ?? error.message);
    response.writeHead(500, { "content-type": "application/json" }).end('{"error":"That did not work. Does the gateway run, in this folder? The backend\'s log says more."}');
  }
});
server.on("error", ({ message }) => {
  console.error(`${message}. README.md says how to take another port.`);
  process.exitCode = 1;
});
server.listen(port, "127.0.0.1", () => console.log(`starter-name is at http://127.0.0.1:${server.address().port}/`));

// A feed handler: 1,000 prices as random walks, published by a session whose ticket has the role `publisher`.
import { Client } from "wsprism";
import { instruments } from "../shared/instruments.js";
import { MARKET, QUOTE, Quote } from "../shared/quote.js";

const gateway = process.env.WSPRISM_GATEWAY ?? "ws://127.0.0.1:8080/v1/ws";
const admin = process.env.WSPRISM_ADMIN ?? "http://127.0.0.1:9090";
const apiKey = process.env.WSPRISM_API_KEY ?? "demo-key-for-trying-it-on-this-machine";
const ticks = 50; // a second
const updates = 100; // a tick: 5,000 a second

// Asked for at each connection, also after a restart of the gateway: a one-time ticket is good for one.
async function ticket() {
  const response = await fetch(`${admin}/v1/tenants/demo/tickets`, {
    method: "POST",
    headers: { Authorization: `Bearer ${apiKey}`, "Content-Type": "application/json" },
    body: JSON.stringify({ user: "feed", roles: ["publisher"] }),
    signal: AbortSignal.timeout(5000),
  });
  if (!response.ok) throw new Error(`no ticket: ${response.status} ${await response.text()}`);
  const { ticket } = await response.json();
  return ticket;
}

const client = new Client({ url: gateway, tenant: "demo", ticket, reconnect: { maxMs: 2000 } });
// The newest price of each instrument, at the pace that the gateway allows: a feed that is too fast skips, it does not queue.
const quotes = client.hot.channel(MARKET, QUOTE, Quote).conflate();
const walks = instruments.map(({ key }) => ({ key, last: 1000 + Math.floor(Math.random() * 49_000) }));

/** @param {{ key: number, last: number }} walk */
function publish(walk) {
  const step = Math.max(1, Math.round(walk.last / 5000));
  walk.last = Math.max(100, walk.last + Math.round((Math.random() * 2 - 1) * 2 * step));
  const spread = Math.ceil(Math.random() * step);
  quotes.set({ bid: walk.last - spread, ask: walk.last + spread, last: walk.last, size: Math.ceil(Math.random() * 50) * 100, time: client.clock.now() }, walk.key);
}

// As in life a few instruments move much more often than most: from 60 times a second to 2.
function tick() {
  if (client.state !== "open") return;
  for (let i = 0; i < updates; i++) publish(walks[(Math.floor(walks.length * Math.random() ** 2) * 7) % walks.length]);
}

// A gateway that was started anew knows no prices: all of them, once.
client.on("session", ({ user }) => {
  console.log(`feed: ${walks.length} instruments, ${ticks * updates} updates a second, as ${user}`);
  walks.forEach(publish);
});
client.on("state", ({ state, reason, error }) => {
  if (state === "closed") clearInterval(ticking); // nothing is left to do
  if (state === "open" || reason === "client") return;
  process.exitCode = state === "closed" ? 1 : 0;
  console.log(`feed: ${state}${reason ? `, ${reason}` : ""}${error instanceof Error ? `: ${error.message}` : ""}`);
});

// Ends with whoever started it, however that ended: in order, so that its prices are stale at once.
for (const end of ["disconnect", "SIGINT", "SIGTERM"]) process.on(end, () => client.close());
process.channel?.unref(); // what tells of the disconnect keeps nobody
const ticking = setInterval(tick, 1000 / ticks);
client.connect().catch(() => {}); // told by `state`

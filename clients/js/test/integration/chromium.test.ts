import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Forwarder } from "../support/forwarder.ts";
import { Queue } from "../support/queue.ts";
import { isBuilt, RealGateway } from "./real-gateway.ts";

const chromium = ["chromium", "chromium-browser", "google-chrome"].find((name) => {
  try {
    return execFileSync(name, ["--version"], { stdio: "pipe" }).length > 0;
  } catch {
    return false;
  }
});
const missing = !chromium ? "there is no Chromium" : !isBuilt ? "the gateway is not built" : "";

// What runs in the page: the modules as they are built, without a bundler. GATEWAY is put in.
const page = `<!doctype html><meta charset="utf-8"><script type="module">
import { connect, Client, layout, f32 } from "./dist/index.js";
const say = (result) => fetch("/result", { method: "POST", body: JSON.stringify(result) });
try {
  const options = { url: "GATEWAY", tenant: "demo", reconnect: { baseMs: 1, maxMs: 50 } };
  const client = await connect({ ...options, ticket: "alice" });
  const result = { user: client.session.user };
  await client.rooms.join("lobby");
  const heard = new Promise((resolve) => client.chat.onMessage(({ msg }) => resolve(msg)));
  await client.chat.send("héllo");
  result.chat = await heard;
  const Point = layout({ x: f32, y: f32 });
  const points = client.hot.channel(250, 1, Point);
  const seen = new Promise((resolve) => points.subscribe(resolve));
  points.send({ x: 1.5, y: -2 });
  result.hot = await seen;
  const resumed = new Promise((resolve) => client.on("resumed", resolve));
  await fetch("/cut");
  result.resent = typeof (await resumed).resent;
  await client.chat.send("again");
  while (!client.clock.synced) await new Promise((resolve) => setTimeout(resolve, 10));
  result.clock = Math.abs(client.clock.offsetMs) <= client.clock.errorBoundMs + 5;
  client.close();
  result.refused = await connect({ ...options, ticket: "nobody" }).then(() => "let in", ({ code }) => code);
  await say(result);
} catch (error) {
  await say({ error: String(error) });
}
</script>`;

// It goes to another page, which comes straight back to it: from the browser's memory, with all that it knew, where the browser has kept it.
const wanderer = `<!doctype html><meta charset="utf-8"><script type="module">
import { connect } from "./dist/index.js";
const say = (result) => fetch("/result", { method: "POST", body: JSON.stringify(result) });
if (sessionStorage.getItem("gone")) await say({ isKept: false });
else {
  const client = await connect({ url: "GATEWAY", tenant: "demo", ticket: "alice", reconnect: { baseMs: 1, maxMs: 50 } });
  await client.rooms.join("lobby");
  let isKept = false;
  addEventListener("pageshow", ({ persisted }) => (isKept = persisted));
  client.on("resumed", async () => {
    await client.chat.send("back");
    await say({ isKept, room: client.rooms.active });
  });
  client.on("resumeFailed", ({ reason }) => say({ isKept, reason }));
  sessionStorage.setItem("gone", "yes");
  setTimeout(() => (location.href = "/elsewhere"));
}
</script>`;
const elsewhere = `<!doctype html><meta charset="utf-8"><script>addEventListener("pageshow", () => setTimeout(() => history.back()))</script>`;

describe.skipIf(missing !== "")(`in Chromium${missing && ` (skipped: ${missing})`}`, () => {
  let gateway: RealGateway;
  let forwarder: Forwarder;
  let server: Server;
  const results = new Queue<unknown>();

  beforeAll(async () => {
    gateway = await RealGateway.start(`
  - id: demo
    auth: {dev_tickets: {alice: "user:alice"}}
    resume: {window_ms: 60000}
    policy: {ext_allowlist: ["room:*", "chat:*"], hot_allowlist: ["250:*"]}
`);
    forwarder = new Forwarder(gateway.url);
    const url = await forwarder.start();
    server = createServer((request, response) => {
      if (request.url === "/cut") forwarder.cut();
      if (request.url === "/result") request.toArray().then((chunks) => results.put(JSON.parse(Buffer.concat(chunks).toString())));
      const module = /^\/dist\/[\w/-]+\.js$/.exec(request.url!)?.[0];
      response.setHeader("Content-Type", module ? "text/javascript" : "text/html");
      const html = request.url === "/elsewhere" ? elsewhere : request.url === "/wanderer" ? wanderer : page;
      response.end(module ? readFileSync(new URL(`../..${module}`, import.meta.url)) : html.replace("GATEWAY", url));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    server?.close();
    forwarder?.stop();
    gateway?.stop();
  });

  // What a page says when it is done.
  const show = async (path: string): Promise<unknown> => {
    const profile = mkdtempSync(join(tmpdir(), "wsprism-"));
    const browser = spawn(chromium!, ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", `--user-data-dir=${profile}`, `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`], { stdio: "ignore" });
    const ended = new Promise((resolve) => browser.on("close", resolve));
    try {
      return await results.take("the page's result");
    } finally {
      browser.kill();
      await ended;
      // Processes of the browser may still be writing: what is left of the folder is the machine's to tidy.
      await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }).catch(() => {});
    }
  };

  test("a page talks, sends states, is resumed, and learns why it is refused", async () => {
    expect(await show("/")).toEqual({ user: "user:alice", chat: "héllo", hot: { x: 1.5, y: -2 }, resent: "number", clock: true, refused: "AUTH_FAILED" });
  });

  test("a page that comes back out of the back/forward cache goes on with its session", async ({ skip }) => {
    const said = (await show("/wanderer")) as { isKept: boolean };
    skip(!said.isKept, "the browser has not kept the page");
    expect(said).toEqual({ isKept: true, room: "lobby" });
  });
});

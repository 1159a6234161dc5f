import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Client, connect, f32, layout, u8, bits, WsPrismError, type ClientOptions, type ChatMessage, type HotFrame, type Resumed, type ResumeFailed, type MarketValue } from "../../src/node.ts";
import { blocks } from "../package/readme.ts";
import { Forwarder } from "../support/forwarder.ts";
import { Queue, until } from "../support/queue.ts";
import { isBuilt, program, RealGateway } from "./real-gateway.ts";

const tenants = `
  - id: demo
    auth: {dev_tickets: {alice: "user:alice", bob: "user:bob", "u-*": "user:u-*"}}
    resume: {window_ms: 60000}
    policy:
      rate_limit_rps: 1000
      rate_limit_burst: 2000
      ext_allowlist: ["room:*", "chat:*", "party:*", "market:*", "sys:stats"]
      hot_allowlist: ["1:*", "2:*", "250:*"]
      hot_requires_active_room: false
    rooms:
      - {match: "past:*", history: {size: 100, ttl_ms: 600000}}
      - {match: "here:*", presence: true}
  - id: single
    auth: {dev_tickets: {alice: "user:alice", bob: "user:bob"}}
    resume: {window_ms: 60000}
    policy: {ext_allowlist: ["room:*", "chat:*"], sessions: {mode: single, on_exceed: kick_oldest}}
    rooms:
      - {match: "past:*", history: {size: 100, ttl_ms: 600000}}
  - id: strict
    auth: {dev_tickets: {alice: "user:alice"}}
    policy: {rate_limit_rps: 1, rate_limit_burst: 3, ext_allowlist: ["room:*", "chat:*"]}
`;

const Position = layout({ x: f32, y: f32, keys: bits(u8, "left", "right", "fire") });

describe.skipIf(!isBuilt)(`against the real gateway${isBuilt ? "" : ` (skipped: there is no ${program})`}`, () => {
  let gateway: RealGateway;
  const ends: (() => void)[] = [];

  beforeAll(async () => {
    gateway = await RealGateway.start(tenants);
  }, 120_000);
  afterAll(() => gateway?.stop());
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  async function enter(ticket: string, more: Partial<ClientOptions> = {}): Promise<Client> {
    const client = await connect({ url: gateway.url, tenant: "demo", ticket, reconnect: { baseMs: 1, maxMs: 100 }, ...more });
    ends.push(() => client.close());
    return client;
  }

  async function wire(): Promise<{ forwarder: Forwarder; url: string }> {
    const forwarder = new Forwarder(gateway.url);
    ends.push(() => forwarder.stop());
    return { forwarder, url: await forwarder.start() };
  }

  const chat = (client: Client): Queue<ChatMessage> => {
    const queue = new Queue<ChatMessage>();
    client.chat.onMessage((message) => queue.put(message));
    return queue;
  };

  test("the README's five minutes go as they say", async () => {
    const [example] = blocks("README.md", "js");
    const file = join(mkdtempSync(join(tmpdir(), "wsprism-")), "hello.mjs");
    writeFileSync(file, example!.replace('"wsprism"', JSON.stringify(new URL("../../dist/node.js", import.meta.url).href)).replace("ws://127.0.0.1:8080/v1/ws", gateway.url));
    ends.push(() => rmSync(dirname(file), { recursive: true }));
    const { stdout } = await promisify(execFile)(process.execPath, [file]);
    expect(stdout).toBe("bob heard user:alice say: hello\n");
  });

  test("two users talk", async () => {
    const [alice, bob] = [await enter("alice"), await enter("bob")];
    const heard = chat(bob);
    const room = await alice.rooms.join("lobby");
    expect(room).toMatchObject({ room: "lobby", members: 1 });
    expect(await bob.rooms.join("lobby")).toMatchObject({ handle: room.handle, members: 2 });

    await alice.chat.send("hello");

    expect(await heard.take("chat")).toMatchObject({ from: "user:alice", msg: "hello", room: "lobby" });
    expect((await alice.rooms.members("lobby")).members.map(({ user }) => user)).toEqual(["user:alice", "user:bob"]);
    expect(alice.session).toMatchObject({ user: "user:alice", tenant: "demo", resumable: true });
    expect(await alice.rooms.list()).toMatchObject([{ room: "lobby", active: true }]);
  });

  test("states go from one to the other on the Hot lane", async () => {
    const [alice, bob] = [await enter("alice"), await enter("bob")];
    await alice.rooms.join("arena");
    await bob.rooms.join("arena");
    const seen = new Queue<{ value: unknown; frame: HotFrame }>();
    bob.hot.channel(1, 10, Position).subscribe((value, frame) => seen.put({ value, frame }));
    const channel = alice.hot.channel(1, 10, Position);

    await alice.hot.sendAcked(1, 10, Position.encode({ x: 1.5, y: -2, keys: { left: true, right: false, fire: true } }), { key: 42 });
    expect(channel.send({ x: 3, y: 4, keys: { left: false, right: false, fire: false } }, { key: 42 })).toBe("sent");

    const first = await seen.take("a state");
    expect(first.value).toEqual({ x: 1.5, y: -2, keys: { left: true, right: false, fire: true } });
    expect(first.frame).toMatchObject({ key: 42, seq: 1, sender: alice.session!.handle });
    expect(await seen.take("a state")).toMatchObject({ value: { x: 3, y: 4 }, frame: { seq: 2 } });
  });

  test("who joins late gets the latest states, and who joins again gets them again", async () => {
    const [alice, bob] = [await enter("alice"), await enter("bob")];
    const seen = new Queue<HotFrame>();
    bob.hot.subscribe({ svcId: 1 }, (frame) => seen.put(frame));
    await alice.rooms.join("late");
    await alice.hot.sendAcked(1, 1, new Uint8Array([1]));

    await bob.rooms.join("late");
    const first = await seen.take("the state");
    await bob.rooms.leave("late");
    await bob.rooms.join("late");

    expect(await seen.take("the state again")).toEqual(first);
    alice.close();
    expect(await seen.take("the leave")).toMatchObject({ opcode: 255, reliable: true, sender: first.sender });
  });

  test("the conflating sender is never too fast for the gateway", async () => {
    const client = await enter("u-fast");
    const errors: WsPrismError[] = [];
    client.on("error", (error) => errors.push(error));
    const echoed = new Set<number>();
    client.hot.subscribe({ svcId: 250 }, ({ key }) => echoed.add(key!));
    const sender = client.hot.conflate(250, 1);
    for (let key = 0; key < 1000; key++) sender.set(new Uint8Array([key & 255]), key);

    await until(() => echoed.size === 1000, () => `${echoed.size} came back`);
    expect(errors).toEqual([]);
  });

  test("a connection that is cut is resumed, and nothing is lost", async () => {
    const { forwarder, url } = await wire();
    const [alice, bob] = [await enter("alice", { url }), await enter("bob")];
    const heard = chat(alice);
    const resumed = new Queue<Resumed>();
    alice.on("resumed", (told) => resumed.put(told));
    await alice.rooms.join("tower");
    await bob.rooms.join("tower");
    const session = alice.session!.id;

    for (let round = 0; round < 5; round++) {
      await bob.chat.send(`${round} before`);
      forwarder.down = true;
      forwarder.cut();
      await bob.chat.send(`${round} while`);
      const waiting = alice.chat.send(`${round} from alice`);
      forwarder.down = false;
      await resumed.take("resumed");
      await waiting;
      await bob.chat.send(`${round} after`);
    }

    const said: string[] = [];
    while (said.length < 20) said.push((await heard.take("chat")).msg);
    for (let round = 0; round < 5; round++) {
      expect(said.filter((msg) => msg.startsWith(`${round} `) && !msg.endsWith("alice"))).toEqual([`${round} before`, `${round} while`, `${round} after`]);
      expect(said.filter((msg) => msg === `${round} from alice`)).toHaveLength(1);
    }
    expect(alice.session!.id).toBe(session);
  });

  test("a session that is lost: rooms are joined again, and what was missed comes from their history", async () => {
    const { forwarder, url } = await wire();
    const bob = await enter("bob", { tenant: "single" });
    const alice = await enter("alice", { url, tenant: "single" });
    const heard = chat(alice);
    const lost = new Queue<ResumeFailed>();
    alice.on("resumeFailed", (told) => lost.put(told));
    await alice.rooms.join("past:1");
    await alice.rooms.join("plain:1", { active: false });
    await bob.rooms.join("past:1");
    await bob.chat.send("one");
    expect(await heard.take("chat")).toMatchObject({ msg: "one", offset: 1 });

    // One session for each user: a newcomer takes the place of the one that waits, and its token is no good any more.
    forwarder.down = true;
    forwarder.cut();
    await until(() => alice.state === "reconnecting", () => alice.state);
    await bob.chat.send("two");
    (await enter("alice", { tenant: "single" })).close();
    await bob.chat.send("three");
    forwarder.down = false;

    expect(await lost.take("resumeFailed")).toMatchObject({ rooms: [{ room: "past:1", recovered: true }, { room: "plain:1", recovered: false }] });
    expect([(await heard.take("chat")).offset, (await heard.take("chat")).offset]).toEqual([2, 3]);
    expect(alice.rooms.active).toBe("past:1");
  });

  test("history is read in pages", async () => {
    const alice = await enter("alice");
    await alice.rooms.join("past:2");
    for (const msg of ["a", "b", "c"]) await alice.chat.send(msg);

    const newest = await alice.rooms.history("past:2", { limit: 2 });
    expect(newest.messages.map(({ data }) => (data as { msg: string }).msg)).toEqual(["b", "c"]);
    expect(newest).toMatchObject({ first: 1, last: 3, more: true });
    const before = await alice.rooms.history("past:2", { before: { epoch: newest.epoch, offset: 2 } });
    expect(before.messages).toHaveLength(1);
  });

  test("presence: who is there and what they show", async () => {
    const [alice, bob] = [await enter("alice"), await enter("bob")];
    const changes = new Queue<{ type: string; users: readonly { user: string; state?: unknown }[] }>();
    alice.presence.onChange((change) => changes.put(change), "here:1");
    await alice.rooms.join("here:1");
    await bob.rooms.join("here:1");
    await bob.presence.setState("here:1", { colour: "red" });

    const roster = alice.presence.watch("here:1", () => {});
    await until(() => (roster.users.get("user:bob")?.state as { colour?: string })?.colour === "red", () => JSON.stringify([...roster.users]));
    await until(() => changes.waiting.some(({ users }) => users.some(({ user, state }) => user === "user:bob" && (state as { colour?: string })?.colour === "red")), () => JSON.stringify(changes.waiting));
    await bob.rooms.leave("here:1");
    await until(() => !roster.users.has("user:bob") && roster.users.has("user:alice"), () => JSON.stringify([...roster.users]));
    roster.stop();
  });

  test("a party comes together", async () => {
    const [alice, bob] = [await enter("alice"), await enter("bob")];
    const invited = new Queue<string>();
    bob.party.onInvited(({ party }) => invited.put(party));
    const { party, room } = await alice.party.create();
    await alice.party.invite("user:bob");
    expect(await bob.party.accept(await invited.take("the invitation"))).toEqual({ party, room });
    await alice.party.leave();
    await bob.party.leave();
  });

  test("the market takes a subscription", async () => {
    const alice = await enter("alice");
    const values: MarketValue[] = [];
    const subscription = await alice.market.subscribe([7, 8], (value) => values.push(value));
    expect(subscription).toMatchObject({ keys: 2, empty: [7, 8], stale: [] });
    await subscription.unsubscribe();
  });

  test("the clock is the gateway's, with a bound", async () => {
    const alice = await enter("alice");
    await until(() => alice.clock.synced, () => "no pong");
    expect(Math.abs(alice.clock.offsetMs)).toBeLessThan(alice.clock.errorBoundMs + 5);
    expect(alice.clock.latency!.minMs).toBeGreaterThan(0);
  });

  test("what is wrong is said with its code", async () => {
    const alice = await enter("alice");
    await expect(alice.chat.send("nowhere")).rejects.toMatchObject({ name: "WsPrismError", code: "NOT_IN_ROOM" });
    await expect(alice.request("nothing", "here")).rejects.toMatchObject({ code: "NOT_ALLOWED" });
    await expect(connect({ url: gateway.url, tenant: "demo", ticket: "nobody" })).rejects.toMatchObject({ code: "AUTH_FAILED" });
    await expect(connect({ url: gateway.url, tenant: "none", ticket: "a/b=c" })).rejects.toMatchObject({ code: "AUTH_FAILED" });
  });

  test("too fast: refused with the time to wait, or sent again after it", async () => {
    const alice = await enter("alice", { tenant: "strict", ping: { intervalMs: 0 } });
    await alice.rooms.join("lobby");
    const results = await Promise.allSettled([1, 2, 3, 4].map((n) => alice.chat.send(`${n}`)));
    const refused = results.filter((result) => result.status === "rejected").map(({ reason }) => reason as WsPrismError);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ code: "RATE_LIMITED" });
    expect(refused[0]!.retryAfterMs).toBeGreaterThan(0);
    await alice.chat.send("patient", { rateLimitRetries: 10, timeoutMs: 30_000 });
  });
});

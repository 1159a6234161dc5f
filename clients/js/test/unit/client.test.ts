import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Client, type ClientOptions } from "../../src/node.ts";
import type { WebSocketLike } from "../../src/websocket.ts";
import { serverFrame, type MockConnection } from "../support/mock-connection.ts";
import { MockGateway } from "../support/mock-gateway.ts";
import { until } from "../support/queue.ts";

// What an application may do from within its listeners, and with a client that was closed.
describe("a client", () => {
  const gateway = { current: new MockGateway() };
  const clients: Client[] = [];
  let url: string;

  beforeEach(async () => {
    gateway.current = new MockGateway();
    url = await gateway.current.start();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await gateway.current.stop();
  });

  const make = (more: Partial<ClientOptions> = {}): Client => {
    const client = new Client({ url, tenant: "demo", ticket: "alice", reconnect: { baseMs: 1, maxMs: 10 }, ping: { intervalMs: 0 }, ...more });
    clients.push(client);
    return client;
  };
  const greet = async (session = "S1"): Promise<MockConnection> => {
    const connection = (await gateway.current.attempts.take("a connection")).accept();
    connection.text(JSON.stringify({ v: 1, svc: "sys", type: "authed", data: { session, handle: 1, resume: { token: "T" } } }));
    return connection;
  };

  test("that is closed by its first event never connects", async () => {
    const client = make();
    client.on("state", ({ state }) => state === "connecting" && client.close());
    await expect(client.connect()).rejects.toMatchObject({ code: "CLOSED" });
    expect(client.state).toBe("closed");

    const other = make();
    other.connect().catch(() => {});
    await gateway.current.attempts.take("the connection of the other");
    expect(gateway.current.attempts.waiting).toHaveLength(0);
  });

  test("that is closed when it opens tells nothing more than that", async () => {
    const client = make();
    const states: string[] = [];
    client.on("state", ({ state }) => {
      states.push(state);
      if (state === "open") client.close();
    });
    const connecting = client.connect().catch((error: unknown) => error);
    const connection = await greet();
    await connecting;
    expect(await connection.heard.take("a close")).toMatchObject({ kind: "close", code: 1000 });
    expect(states).toEqual(["connecting", "open", "closed"]);
  });

  test("that was closed begins anew, without a token of the session before", async () => {
    const client = make();
    const first = client.connect();
    await greet();
    await first;
    client.close();
    const failed: unknown[] = [];
    client.on("resumeFailed", (told) => failed.push(told));

    const second = client.connect();
    const attempt = await gateway.current.attempts.take("a connection");
    expect(attempt.resume).toBeNull();
    attempt.accept().text(JSON.stringify({ v: 1, svc: "sys", type: "authed", data: { session: "S2", handle: 1 } }));
    expect(await second).toMatchObject({ id: "S2" });
    expect(failed).toEqual([]);
  });

  test("is asked to connect twice and connects once", async () => {
    const client = make();
    const both = Promise.all([client.connect(), client.connect()]);
    await greet();
    expect((await both).map(({ id }) => id)).toEqual(["S1", "S1"]);
    expect(await client.connect()).toMatchObject({ id: "S1" });
    expect(gateway.current.attempts.waiting).toHaveLength(0);
  });

  test("takes data that cannot be JSON as the caller's mistake, and goes on", async () => {
    const client = make();
    const connecting = client.connect();
    const connection = await greet();
    await connecting;
    await expect(client.request("a", "b", { n: 1n })).rejects.toThrow(TypeError);
    expect(client.stats.pending).toBe(0);
    expect(client.send("a", "c")).toBe("sent");
    expect(JSON.parse((await connection.heard.take("text")).text!)).toMatchObject({ type: "c" });
  });

  test("that has another session believes nothing of the clock of the gateway before", async () => {
    const client = make({ ping: { intervalMs: 5 } });
    const connecting = client.connect();
    const connection = await greet();
    connection.pings = { skewMs: 60_000 };
    await connecting;
    await until(() => client.clock.synced, () => "no pong");
    const again = new Promise<boolean>((resolve) => client.on("session", () => resolve(client.clock.synced)));
    connection.close(1001, "drained");
    await greet("S2"); // pings are not answered here
    expect(await again).toBe(false);
    expect(Math.abs(client.clock.offsetMs)).toBeLessThan(1000);
    expect(client.clock.latency).toBeUndefined();
  });

  test("closes a connection that does not open in time, and leaves one alone that is open but silent, where there is nothing but a close frame to end it", async () => {
    const sockets: { opens: boolean; closed: number }[] = [];
    const webSocket = (): WebSocketLike => {
      const own = { opens: sockets.length === 1, closed: 0 };
      sockets.push(own);
      const socket: WebSocketLike = { binaryType: "", bufferedAmount: 0, onopen: null, onmessage: null, onclose: null, onerror: null, send: () => {}, close: () => void own.closed++ };
      if (own.opens) setTimeout(() => socket.onopen?.(undefined as never));
      return socket;
    };
    const client = make({ webSocket, handshakeTimeoutMs: 20 });
    client.connect().catch(() => {});
    await until(() => sockets.length >= 3, () => String(sockets.length));
    expect(sockets.slice(0, 2)).toEqual([{ opens: false, closed: 1 }, { opens: true, closed: 0 }]);
  });

  test("gives a ticket callback up that does not answer", async () => {
    const client = make({ ticket: () => new Promise(() => {}), handshakeTimeoutMs: 20 });
    const reasons: (string | undefined)[] = [];
    client.on("state", ({ reason }) => reasons.push(reason));
    client.connect().catch(() => {});
    await until(() => reasons.length >= 3, () => String(reasons));
    expect(reasons.slice(0, 3)).toEqual([undefined, "ticket", "ticket"]);
  });

  test("takes a ticket that is no text for none", async () => {
    const client = make({ ticket: (() => undefined) as never });
    const told = new Promise((resolve) => client.on("state", (change) => change.reason !== undefined && resolve(change)));
    client.connect().catch(() => {});
    expect(await told).toMatchObject({ reason: "ticket", error: expect.any(TypeError) });
    expect(gateway.current.attempts.waiting).toHaveLength(0);
  });

  test("does not wait on when the browser is online again, in its first attempts either", async () => {
    const events = new EventTarget();
    vi.stubGlobal("addEventListener", events.addEventListener.bind(events));
    vi.stubGlobal("removeEventListener", events.removeEventListener.bind(events));
    const random = vi.spyOn(Math, "random").mockReturnValue(0.9);
    try {
      const client = make({ reconnect: { baseMs: 1e9, maxMs: 1e9 } });
      const waits = new Promise((resolve) => client.on("state", ({ retryInMs }) => retryInMs !== undefined && resolve(retryInMs)));
      client.connect().catch(() => {});
      (await gateway.current.attempts.take("the first attempt")).refuse({ status: 503 });
      expect(await waits).toBeGreaterThan(1e8);
      events.dispatchEvent(new Event("online"));
      await greet();
      await until(() => client.state === "open", () => client.state);
    } finally {
      random.mockRestore();
      vi.unstubAllGlobals();
    }
  });

  test("gives up connecting when its signal says so, and minds it no more once there is a session", async () => {
    const [early, late] = [new AbortController(), new AbortController()];
    const client = make();
    const connecting = client.connect({ signal: early.signal });
    const attempt = await gateway.current.attempts.take("the attempt");
    early.abort("enough");
    await expect(connecting).rejects.toMatchObject({ code: "ABORTED", cause: "enough" });
    expect(client.state).toBe("closed");
    attempt.cut();
    await expect(client.connect({ signal: early.signal })).rejects.toMatchObject({ code: "ABORTED" });

    const again = client.connect({ signal: late.signal });
    await greet();
    await again;
    late.abort();
    expect(client.state).toBe("open");
  });

  test("settles frames that wait to be acknowledged when it is closed, or when their signal says so", async () => {
    const controller = new AbortController();
    const client = make();
    const connecting = client.connect();
    await greet();
    await connecting;
    const sender = client.hot.conflate(1, 8);
    const frame = new Uint8Array(1);
    const aborted = client.hot.sendAcked(1, 7, frame, { signal: controller.signal });
    const left = client.hot.sendAcked(1, 7, frame, { timeoutMs: undefined, signal: undefined, room: undefined });
    controller.abort("enough");
    await expect(aborted).rejects.toMatchObject({ code: "ABORTED", cause: "enough" });
    await expect(client.hot.sendAcked(1, 7, frame, { signal: controller.signal })).rejects.toMatchObject({ code: "ABORTED" });
    client.close();
    await expect(left).rejects.toMatchObject({ code: "CLOSED" });
    expect(sender.set(frame)).toBe("CLOSED");
  });

  test("asks for one new ticket, however often it is told that the old one ends", async () => {
    let asked = 0;
    let answer = (_: string): void => {};
    const client = make({ ticket: () => (++asked === 1 ? "first" : new Promise((resolve) => (answer = resolve))) });
    const connecting = client.connect();
    const connection = await greet();
    await connecting;
    for (let i = 0; i < 100; i++) connection.text('{"svc":"sys","type":"expiring","data":{"in_ms":1000}}');
    connection.text('{"svc":"a","type":"b"}');
    await until(() => client.stats.messages === 1, () => "the message behind them");
    expect(asked).toBe(2);

    answer("second");
    expect(JSON.parse((await connection.heard.take("the refresh")).text!)).toMatchObject({ type: "refresh", data: { ticket: "second" } });
    connection.text('{"svc":"sys","type":"ack","id":1}');
    await until(() => client.stats.pending === 0, () => "its answer");
    connection.text('{"svc":"sys","type":"expiring","data":{"in_ms":1000}}');
    await until(() => asked === 3, () => String(asked));
  });

  test("waits without an end where it is told to", async () => {
    const client = make();
    const connecting = client.connect();
    const connection = await greet();
    await connecting;
    const asked = client.request("a", "b", undefined, { timeoutMs: Infinity });
    await connection.heard.take("the request");
    await new Promise((resolve) => setTimeout(resolve, 20));
    connection.text('{"svc":"sys","type":"ack","id":1,"data":7}');
    expect(await asked).toBe(7);
  });

  test("says so when a request that is to be sent again finds no place", async () => {
    const sent: string[] = [];
    const socket: WebSocketLike & { bufferedAmount: number } = {
      binaryType: "", bufferedAmount: 0, onopen: null, onmessage: null, onclose: null, onerror: null,
      send: (data) => void sent.push(String(data)),
      close: () => {},
    };
    const client = make({ webSocket: () => socket });
    const connecting = client.connect();
    await until(() => socket.onmessage !== null, () => "the connection");
    const say = (envelope: object): void => socket.onmessage!({ data: JSON.stringify(envelope) });
    say({ svc: "sys", type: "authed", data: { session: "S1", handle: 1 } });
    await connecting;
    const asked = client.request("a", "b", undefined, { rateLimitRetries: 1 }).catch((error: unknown) => error);
    await until(() => sent.length === 1, () => String(sent));
    socket.bufferedAmount = 1 << 21;
    say({ svc: "sys", type: "error", id: 1, data: { code: "RATE_LIMITED", msg: "", retry_after_ms: 1 } });
    expect(await asked).toMatchObject({ code: "BUFFER_FULL" });
  });

  test("gives each frame memory of its own to a WebSocket that is not the platform's, which may look at it later", async () => {
    const sent: Uint8Array[] = [];
    const socket: WebSocketLike = { binaryType: "", bufferedAmount: 0, onopen: null, onmessage: null, onclose: null, onerror: null, send: (data) => void (typeof data !== "string" && sent.push(data)), close: () => {} };
    const client = make({ webSocket: () => socket });
    const connecting = client.connect();
    await until(() => socket.onmessage !== null, () => "the connection");
    socket.onmessage!({ data: '{"svc":"sys","type":"authed","data":{"session":"S1","handle":1}}' });
    await connecting;
    for (const byte of [7, 8]) expect(client.hot.send(1, 1, new Uint8Array([byte]), { seq: false })).toBe("sent");
    expect(sent.map((bytes) => [...bytes])).toEqual([[1, 1, 0, 7], [1, 1, 0, 8]]);
  });

  test("is told of frames that were taken in, each for itself", async () => {
    const client = make();
    const connecting = client.connect();
    const connection = await greet();
    await connecting;
    let isFirst = false;
    const first = client.hot.sendAcked(1, 7, new Uint8Array(1), { key: 1 }).then(() => (isFirst = true));
    const second = client.hot.sendAcked(1, 7, new Uint8Array(1), { key: 2 });
    const [one, two] = [await connection.heard.take("the first"), await connection.heard.take("the second")].map(({ bytes }) => bytes!.readUInt32LE(3));
    expect(two).not.toBe(one);
    const answer = (seq: number): void => connection.frame(Buffer.from([1, 7, 0x03, seq & 0xff, (seq >> 8) & 0xff, 0, 0]));
    answer(two!);
    await second;
    expect(isFirst).toBe(false);
    answer(one!);
    await first;
  });

  test("keeps a list of who is in a room that is right at every moment", async () => {
    const client = make();
    const connecting = client.connect();
    const connection = await greet();
    await connecting;
    const lists: string[][] = [];
    client.presence.watch("lobby", (users) => lists.push([...users.keys()]));
    const joined = { svc: "sys", type: "joined", room: "lobby", data: { handle: 1, members: 2 } };
    const page = (id: number, users: string[]): object => ({ svc: "sys", type: "ack", id, data: { members: users.map((user) => ({ user, handles: [1] })) } });
    const leave = { svc: "presence", type: "leave", room: "lobby", data: { count: 1, users: [{ user: "bob" }] } };
    const come = { svc: "presence", type: "join", room: "lobby", data: { count: 2, users: [{ user: "carol", handles: [2] }] } };
    const say = (...envelopes: object[]): void => connection.raw(Buffer.concat(envelopes.map((envelope) => serverFrame(1, Buffer.from(JSON.stringify(envelope))))));

    say(joined);
    await connection.heard.take("the first reading");
    say(page(1, ["alice", "bob"]), leave); // in one chunk of bytes
    await until(() => lists.at(-1)?.join() === "alice", () => JSON.stringify(lists));

    // It is read anew: nobody sees half of it meanwhile.
    say(joined);
    await connection.heard.take("the second reading");
    say(come);
    await until(() => client.stats.messages === 2, () => "the change");
    say(page(2, ["alice", "carol"]));
    await until(() => lists.at(-1)?.toSorted().join() === "alice,carol", () => JSON.stringify(lists));
    expect(lists.filter((list) => !list.includes("alice"))).toEqual([]);
  });

  test("never shows its ticket", async () => {
    const shown: unknown[] = [];
    const client = make({
      ticket: "secret-ticket",
      webSocket: (address, protocols) => {
        throw new Error(`cannot open ${address} with ${protocols.join()}`);
      },
    });
    client.on("state", (change) => shown.push(change));
    await client.connect().catch((error: Error) => shown.push(error.message, error.cause));
    expect(JSON.stringify(shown)).not.toContain("secret-ticket");
    expect(client.state).toBe("closed");
  });

  test("calls nobody who has ended listening, not even within the same event", async () => {
    const client = make();
    const heard: string[] = [];
    const pairs: [string, (listener: () => void) => () => void][] = [
      ["event", (listener) => client.on("message", listener)],
      ["envelope", (listener) => client.subscribe({ svc: "a" }, listener)],
      ["frame", (listener) => client.hot.subscribe({}, listener)],
    ];
    for (const [name, on] of pairs) {
      let end = (): void => {};
      on(() => {
        heard.push(name);
        end();
      });
      end = on(() => heard.push(`${name}, to one that has ended`));
    }
    const connecting = client.connect();
    const connection = await greet();
    await connecting;
    connection.text('{"svc":"a","type":"b"}');
    connection.frame(Buffer.from([1, 1, 0]));
    await until(() => client.hot.stats.received === 1, () => String(heard));
    expect(heard).toEqual(["event", "envelope", "frame"]);
  });

  test("tells those who listen twice twice, until they end", async () => {
    const client = make();
    let heard = 0;
    const listener = (): void => void heard++;
    const [first, second] = [client.on("message", listener), client.on("message", listener)];
    const connecting = client.connect();
    const connection = await greet();
    await connecting;
    connection.text('{"svc":"a","type":"b"}');
    await until(() => heard === 2, () => String(heard));
    first();
    connection.text('{"svc":"a","type":"b"}');
    await until(() => heard === 3, () => String(heard));
    second();
  });
});

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Client, type ClientOptions } from "../../src/node.ts";
import type { MockConnection } from "../support/mock-connection.ts";
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

  test("gives a ticket callback up that does not answer", async () => {
    const client = make({ ticket: () => new Promise(() => {}), handshakeTimeoutMs: 20 });
    const reasons: (string | undefined)[] = [];
    client.on("state", ({ reason }) => reasons.push(reason));
    client.connect().catch(() => {});
    await until(() => reasons.length >= 3, () => String(reasons));
    expect(reasons.slice(0, 3)).toEqual([undefined, "ticket", "ticket"]);
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

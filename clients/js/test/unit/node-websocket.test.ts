import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import { FrameReader, FramingError } from "../../src/node/frames.ts";
import { NodeWebSocket } from "../../src/node/websocket.ts";
import { Queue } from "../support/queue.ts";

const server = (opcode: number, payload: Buffer, final = true): Buffer => {
  const head = Buffer.alloc(4);
  head[0] = (final ? 0x80 : 0) | opcode;
  head[1] = 126;
  head.writeUInt16BE(payload.length, 2);
  return payload.length < 126 ? Buffer.concat([Buffer.from([head[0], payload.length]), payload]) : Buffer.concat([head, payload]);
};

describe("frames", () => {
  const stream = Buffer.concat([server(1, Buffer.from("one")), server(2, Buffer.alloc(300, 7)), server(1, Buffer.from("tw"), false), server(9, Buffer.from("!")), server(0, Buffer.from("o")), server(2, Buffer.alloc(0))]);
  const read = (pieces: Buffer[]): string[] => {
    const reader = new FrameReader(1000);
    const messages: string[] = [];
    for (const piece of pieces) {
      reader.push(piece);
      for (let message = reader.next(); message; message = reader.next()) messages.push(`${message.opcode} ${message.payload.toString("hex")}`);
    }
    return messages;
  };

  test("are the same however the stream is cut", () => {
    const whole = read([stream]);
    expect(whole.map((message) => message.split(" ")[0])).toEqual(["1", "2", "9", "1", "2"]);
    for (let i = 0; i <= stream.length; i++) expect(read([stream.subarray(0, i), stream.subarray(i)])).toEqual(whole);
    expect(read([...stream].map((byte) => Buffer.from([byte])))).toEqual(whole);
  });

  test("of random bytes end in an error or in nothing, never otherwise", () => {
    let seed = 1;
    const random = (): number => (seed = (seed * 48271) % 0x7fffffff);
    for (let round = 0; round < 2000; round++) {
      const reader = new FrameReader(256);
      try {
        reader.push(Buffer.from(Array.from({ length: random() % 64 }, () => random() & 0xff)));
        while (reader.next());
      } catch (error) {
        expect(error).toBeInstanceOf(FramingError);
      }
    }
  });

  test("a message of the limit is taken in pieces too, one more byte is not", () => {
    const reader = new FrameReader(10);
    reader.push(Buffer.concat([server(1, Buffer.alloc(5, 120), false), server(0, Buffer.alloc(5, 120))]));
    expect(reader.next()!.payload).toHaveLength(10);
    reader.push(Buffer.concat([server(1, Buffer.alloc(5, 120), false), server(0, Buffer.alloc(6, 120))]));
    expect(() => reader.next()).toThrow(FramingError);
  });

  test("many small fragments do not pile up", () => {
    const reader = new FrameReader(100_000);
    reader.push(server(1, Buffer.from("x"), false));
    for (let i = 0; i < 20_000; i++) reader.push(server(0, Buffer.from("x"), false));
    expect(reader.next()).toBeUndefined();
    reader.push(server(0, Buffer.alloc(0)));
    expect(reader.next()!.payload).toHaveLength(20_001);
  });
});

describe("the WebSocket for Node.js, against an independent server", () => {
  let http: WebSocketServer;
  const connections = new Queue<WebSocket>();

  beforeEach(async () => {
    http = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: (protocols) => [...protocols][0]! });
    http.on("connection", (socket) => connections.put(socket));
    await new Promise((resolve) => http.once("listening", resolve));
  });
  afterEach(() => {
    for (const socket of http.clients) socket.terminate();
    http.close();
  });

  async function open(): Promise<{ client: NodeWebSocket; server: WebSocket; heard: Queue<string>; ended: Queue<string> }> {
    const client = new NodeWebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/`, ["wsprism.v1", "ticket.t"], 1 << 20);
    const [heard, ended] = [new Queue<string>(), new Queue<string>()];
    client.onmessage = ({ data }) => heard.put(typeof data === "string" ? data : `hex ${Buffer.from(data as ArrayBuffer).toString("hex")}`);
    client.onclose = ({ code, reason }) => ended.put(`${code} ${reason}`);
    await new Promise<void>((resolve) => (client.onopen = () => resolve()));
    return { client, server: await connections.take("a connection"), heard, ended };
  }

  test.each([0, 1, 125, 126, 127, 65535, 65536, 200_000])("texts and bytes of %i arrive both ways", async (length) => {
    const { client, server: other, heard } = await open();
    other.on("message", (data, isBinary) => other.send(data, { binary: isBinary }));
    const text = "é".repeat(length >> 1) + "x".repeat(length & 1);
    client.send(text);
    client.send(new Uint8Array(length).fill(7));
    expect(await heard.take("text")).toBe(text);
    expect(await heard.take("bytes")).toBe(`hex ${"07".repeat(length)}`);
  });

  test("pings are answered", async () => {
    const { server: other } = await open();
    const pong = new Promise<string>((resolve) => other.on("pong", (data) => resolve(data.toString())));
    other.ping("are you there");
    expect(await pong).toBe("are you there");
  });

  test("both sides may close, and the code arrives", async () => {
    const first = await open();
    const closed = new Promise<string>((resolve) => first.server.on("close", (code, reason) => resolve(`${code} ${reason.toString()}`)));
    first.client.close(3001, "enough");
    expect(await closed).toBe("3001 enough");
    expect(await first.ended.take("the end")).toMatch(/^3001/);

    const second = await open();
    second.server.close(4410, "queue_overflow");
    expect(await second.ended.take("the end")).toBe("4410 queue_overflow");

    const third = await open();
    third.server.close();
    expect(await third.ended.take("the end")).toBe("1005 ");

    const fourth = await open();
    fourth.server.terminate();
    expect(await fourth.ended.take("the end")).toBe("1006 ");
  });

  test("the sub-protocol of the protocol is chosen", async () => {
    expect((await open()).server.protocol).toBe("wsprism.v1");
  });
});

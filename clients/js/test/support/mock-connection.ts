import type { Socket } from "node:net";
import { Queue } from "./queue.ts";

export interface Heard {
  kind: "text" | "frame" | "close" | "end";
  text?: string;
  bytes?: Buffer;
  code?: number;
}

/** What a WebSocket frame of a server looks like: whatever the test wants it to. */
export function serverFrame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 0x10000 ? 4 : 10);
  head[0] = 0x80 | opcode;
  if (length < 126) head[1] = length;
  else if (length < 0x10000) head.writeUInt16BE(length, ((head[1] = 126), 2));
  else head.writeBigUInt64BE(BigInt(length), ((head[1] = 127), 2));
  return Buffer.concat([head, payload]);
}

/** One connection of the mock gateway: takes frames apart, and says exactly what it is told to. */
export class MockConnection {
  readonly heard = new Queue<Heard>();
  readonly pongs = new Queue<Buffer>();
  /** Answers `sys.ping` by itself with this machine's clock and so much; `undefined` passes them on like any other message. */
  pings: { skewMs: number } | "ignored" | undefined;
  readonly #socket: Socket;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(socket: Socket, head: Buffer) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("close", () => this.heard.put({ kind: "end" }));
    socket.on("data", (chunk: Buffer) => this.#received(chunk));
    if (head.length) this.#received(head);
  }

  text(text: string): void {
    this.raw(serverFrame(1, Buffer.from(text)));
  }

  frame(bytes: Uint8Array): void {
    this.raw(serverFrame(2, bytes));
  }

  ping(): void {
    this.raw(serverFrame(9, Buffer.from("ping")));
  }

  close(code: number, reason: string): void {
    const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
    payload.writeUInt16BE(code);
    payload.write(reason, 2);
    this.#socket.end(serverFrame(8, payload));
  }

  raw(bytes: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  get writable(): boolean {
    return this.#socket.writable;
  }

  /** Everything written is with the system, or the connection is over. */
  async drained(): Promise<void> {
    while (this.#socket.writable && this.#socket.writableLength > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  cut(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  #received(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const [first, second] = this.#buffer;
      if (first === undefined || second === undefined) return;
      const short = second & 0x7f;
      const at = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (this.#buffer.length < at + 4) return;
      const length = short < 126 ? short : short === 126 ? this.#buffer.readUInt16BE(2) : Number(this.#buffer.readBigUInt64BE(2));
      if (this.#buffer.length < at + 4 + length) return;
      const mask = this.#buffer.subarray(at, at + 4);
      const payload = Buffer.from(this.#buffer.subarray(at + 4, at + 4 + length)).map((byte, i) => byte ^ mask[i & 3]!) as Buffer;
      this.#buffer = this.#buffer.subarray(at + 4 + length);
      if (!(second & 0x80)) throw new Error("A client must mask.");
      this.#took(first & 0x0f, payload);
    }
  }

  #took(opcode: number, payload: Buffer): void {
    if (opcode === 1) this.#tookText(payload.toString());
    else if (opcode === 2) this.heard.put({ kind: "frame", bytes: payload });
    else if (opcode === 8) this.heard.put({ kind: "close", code: payload.length ? payload.readUInt16BE(0) : 1005 });
    else if (opcode === 10) this.pongs.put(payload);
    if (opcode === 8) this.#socket.end(serverFrame(8, payload));
  }

  #tookText(text: string): void {
    const { svc, type, data, id } = JSON.parse(text);
    if (!this.pings || svc !== "sys" || type !== "ping") this.heard.put({ kind: "text", text });
    else if (this.pings !== "ignored") {
      const pong = { v: 1, svc: "sys", type: "pong", data: { client_time: data?.client_time, server_time_ms: Math.floor(Date.now() + this.pings.skewMs) } };
      this.text(JSON.stringify(pong));
      if (id !== undefined) this.text(JSON.stringify({ v: 1, svc: "sys", type: "ack", id }));
    }
  }
}

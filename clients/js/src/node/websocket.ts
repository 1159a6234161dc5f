import { isAscii, isUtf8 } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { MaxBody, type Refusal } from "../outcome.js";
import type { WebSocketLike } from "../websocket.js";
import { FrameReader, FramingError, Opcode, writeFrame } from "./frames.js";

// How long the other side may take to answer a close.
const CloseTimeoutMs = 2000;
const MaxUnreadPongs = 1 << 16;

/** A WebSocket over `node:http`, as much of one as this library needs: no extensions, messages of bounded length, and {@link terminate}. */
export class NodeWebSocket implements WebSocketLike {
  binaryType = "arraybuffer";
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: ((event: never) => void) | null = null;

  refusal: Refusal | null | undefined = null;

  readonly #request: ClientRequest;
  readonly #reader: FrameReader;
  #socket: Socket | undefined;
  #gathering = false;
  #closing = false;
  #closed = false;

  constructor(url: string, protocols: string[], receiveBytes: number) {
    this.#reader = new FrameReader(receiveBytes);
    const target = new URL(url.replace(/^ws/, "http"));
    const key = randomBytes(16).toString("base64");
    this.#request = (target.protocol === "https:" ? httpsRequest : httpRequest)(target, {
      agent: false,
      headers: {
        Connection: "Upgrade",
        Upgrade: "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Protocol": protocols.join(", "),
      },
    });
    this.#request.on("error", () => this.#over(1006, ""));
    this.#request.on("response", (response) => this.#refused(response));
    this.#request.on("upgrade", (response, socket, head) => this.#upgraded(response, socket as Socket, head, key, protocols));
    this.#request.end();
  }

  get bufferedAmount(): number {
    return this.#socket?.writableLength ?? 0;
  }

  send(data: string | Uint8Array): void {
    if (this.#closing) return;
    if (typeof data === "string") this.#write(Opcode.Text, Buffer.from(data));
    else this.#write(Opcode.Binary, data);
  }

  close(code = 1000, reason = ""): void {
    if (this.#closing) return;
    if (!this.#socket) return this.terminate();
    this.#sayClose(code, reason);
  }

  terminate(): void {
    this.#request.destroy();
    this.#socket?.destroy();
    this.#over(1006, "");
  }

  #refused(response: IncomingMessage): void {
    let body = "";
    const done = (): void => {
      this.refusal = { status: response.statusCode!, body, retryAfter: response.headers["retry-after"] };
      this.terminate();
    };
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      body += chunk;
      if (body.length >= MaxBody) done();
    });
    response.on("close", done);
  }

  #upgraded(response: IncomingMessage, socket: Socket, head: Buffer, key: string, protocols: string[]): void {
    const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    const { headers } = response;
    const protocol = headers["sec-websocket-protocol"];
    socket.on("error", () => {}); // a close follows
    if (headers["sec-websocket-accept"] !== accept || headers["sec-websocket-extensions"] || (protocol && !protocols.includes(protocol)) || this.#closed) {
      socket.destroy();
      return this.#over(1006, "");
    }

    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setTimeout(0);
    socket.on("data", (chunk: Buffer) => this.#received(chunk));
    socket.on("close", () => this.#over(1006, ""));
    socket.on("end", () => socket.destroy());
    this.onopen?.(undefined as never);
    if (head.length) this.#received(head);
  }

  #received(chunk: Buffer): void {
    if (this.#closed) return;
    this.#reader.push(chunk);
    try {
      for (let message = this.#reader.next(); message && !this.#closed; message = this.#reader.next()) this.#take(message.opcode, message.payload);
    } catch (error) {
      if (!(error instanceof FramingError)) throw error;
      this.#fail(error.code, error.message);
    }
  }

  #take(opcode: number, payload: Buffer): void {
    if (opcode === Opcode.Text) this.onmessage?.({ data: this.#decode(payload) });
    // A buffer of its own: the one that it came in is shared.
    else if (opcode === Opcode.Binary) this.onmessage?.({ data: new Uint8Array(payload).buffer });
    else if (opcode === Opcode.Ping) this.#answer(payload);
    else if (opcode === Opcode.Close) this.#takeClose(payload);
  }

  // Who asks and does not listen is not answered for ever.
  #answer(payload: Buffer): void {
    if (!this.#closing && this.bufferedAmount < MaxUnreadPongs) this.#write(Opcode.Pong, payload);
  }

  #takeClose(payload: Buffer): void {
    const code = payload.length === 0 ? 1005 : payload.length === 1 ? 0 : payload.readUInt16BE(0);
    const isValid = code === 1005 ? payload.length === 0 : (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1006) || (code >= 3000 && code <= 4999);
    if (!isValid) throw new FramingError(1002, "close code");
    const reason = this.#decode(payload.subarray(2));
    if (!this.#closing) this.#sayClose(code === 1005 ? undefined : code, "");
    this.#socket?.end();
    this.#over(code, reason);
  }

  #decode(payload: Buffer): string {
    if (isAscii(payload)) return payload.toString("latin1"); // most are, and this is quicker
    if (!isUtf8(payload)) throw new FramingError(1007, "utf-8");
    return payload.toString();
  }

  #fail(code: number, reason: string): void {
    if (!this.#closing) this.#sayClose(code, reason);
    this.#socket?.end();
    this.#over(code, reason);
  }

  // A connection whose other side does not end it is ended here. The timer keeps no program running.
  #sayClose(code: number | undefined, reason: string): void {
    const payload = Buffer.alloc(code === undefined ? 0 : 2 + Buffer.byteLength(reason));
    if (code !== undefined) {
      payload.writeUInt16BE(code);
      payload.write(reason, 2);
    }
    this.#write(Opcode.Close, payload);
    this.#flush(); // the program may end right after this
    this.#closing = true;
    const socket = this.#socket;
    const timer = setTimeout(() => socket?.destroy(), CloseTimeoutMs).unref();
    socket?.once("close", () => clearTimeout(timer));
  }

  // What is sent in one go is written in one go.
  #write(opcode: number, payload: Uint8Array): void {
    if (!this.#socket?.writable) return;
    if (!this.#gathering) {
      this.#gathering = true;
      this.#socket.cork();
      queueMicrotask(this.#flush);
    }
    this.#socket.write(writeFrame(opcode, payload));
  }

  readonly #flush = (): void => {
    if (!this.#gathering) return;
    this.#gathering = false;
    this.#socket!.uncork();
  };

  #over(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onclose?.({ code, reason });
  }
}

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { MockConnection } from "./mock-connection.ts";
import { Queue } from "./queue.ts";

export interface Refusal {
  status: number;
  body?: unknown;
  retryAfterS?: number;
}

/** Somebody at the door. */
export interface Attempt {
  tenant: string | null;
  ticket: string | null;
  resume: string | null;
  position: string | null;
  accept(): MockConnection;
  refuse(refusal: Refusal): void;
  cut(): void;
}

/** A gateway that does what a test tells it to and nothing else. Attempts wait until they are dealt with. */
export class MockGateway {
  readonly attempts = new Queue<Attempt>();
  /** What a request without upgrade is answered; undefined cuts its connection. */
  preflight: Refusal | undefined = { status: 426, body: { code: "UPGRADE_REQUIRED", msg: "" } };
  readonly #server: Server = createServer();
  readonly #sockets = new Set<Socket>();

  async start(): Promise<string> {
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("upgrade", (request, socket, head) => this.#arrived(request, socket as Socket, head));
    this.#server.on("request", (request, response) => {
      if (!this.preflight) return void request.socket.destroy();
      const { status, body, retryAfterS } = this.preflight;
      response.writeHead(status, { "Content-Type": "application/json", ...(retryAfterS !== undefined && { "Retry-After": String(retryAfterS) }), Connection: "close" });
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/ws`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #arrived(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on("error", () => {});
    const query = new URL(request.url!, "http://gateway").searchParams;
    const protocols = (request.headers["sec-websocket-protocol"] ?? "").split(/, */);
    const ticket = query.get("ticket") ?? protocols.find((name) => name.startsWith("ticket."))?.slice(7) ?? request.headers.authorization?.slice(7) ?? null;
    const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    this.attempts.put({
      ticket,
      tenant: query.get("tenant"),
      resume: query.get("resume"),
      position: query.get("position"),
      accept: () => {
        const protocol = protocols.includes("wsprism.v1") ? "Sec-WebSocket-Protocol: wsprism.v1\r\n" : "";
        socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${protocol}\r\n`);
        return new MockConnection(socket, head);
      },
      refuse: ({ status, body, retryAfterS }) => {
        const json = JSON.stringify(body ?? {});
        const retry = retryAfterS === undefined ? "" : `Retry-After: ${retryAfterS}\r\n`;
        socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(json)}\r\n${retry}Connection: close\r\n\r\n${json}`);
      },
      cut: () => void socket.destroy(),
    });
  }
}

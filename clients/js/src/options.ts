import type { OpenWebSocket } from "./websocket.js";

/** A ticket, or where to get one: asked at each connection, and when the one in use is about to end. */
export type TicketSource = string | (() => string | Promise<string>);

/** What a {@link Client} is made with. Times are in milliseconds. */
export interface ClientOptions {
  /** Address of the gateway: `wss://host/v1/ws`; `https://host` will do, and a path of `/` becomes `/v1/ws`. */
  url: string;
  /** The tenant. */
  tenant: string;
  /** The ticket. A function is called at each connection and for `sys.refresh`; with a fixed text the client stops where another ticket would be needed. */
  ticket: TicketSource;
  /** How a lost connection is found again: a random delay from 0 to `baseMs` doubled with each attempt, `maxMs` at most. */
  reconnect?: {
    /** 500 */
    baseMs?: number | undefined;
    /** 20,000 */
    maxMs?: number | undefined;
    /** A connection that lasted so long starts the delays anew: 10,000 */
    stableMs?: number | undefined;
  } | undefined;
  /** From the beginning of a connection to its first frame, and for the ticket callback: 15,000 */
  handshakeTimeoutMs?: number | undefined;
  /** For an answer, unless the request says otherwise: 15,000 */
  requestTimeoutMs?: number | undefined;
  /** `sys.ping`, for the clock and to notice a dead connection. */
  ping?: {
    /** 5,000; 0 is off. The first few come sooner. */
    intervalMs?: number | undefined;
    /** Nothing at all came for so long after a ping: the connection is given up. 10,000 */
    timeoutMs?: number | undefined;
  } | undefined;
  /** Bounds of what is kept in memory. */
  limits?: {
    /** Requests without an answer, at most 1,000: 256 */
    requests?: number | undefined;
    /** Bytes that wait to be sent: 1 MiB */
    bufferedBytes?: number | undefined;
    /** The longest message from the gateway: 16 MiB */
    receiveBytes?: number | undefined;
    /** Keys of Hot frames whose sequence numbers are remembered, each way: 16,384 */
    trackedKeys?: number | undefined;
    /** States that wait in a conflating sender: 1,024 */
    conflatedKeys?: number | undefined;
    /** Rooms that are remembered: 4,096 */
    rooms?: number | undefined;
    /** Users that a roster remembers of its room: 10,000 */
    members?: number | undefined;
  } | undefined;
  /** Another WebSocket than the platform's. */
  webSocket?: OpenWebSocket | undefined;
}

/** The options with their defaults. */
export interface Settings {
  ticket: TicketSource;
  tenant: string;
  url: URL;
  baseMs: number;
  maxMs: number;
  stableMs: number;
  handshakeTimeoutMs: number;
  requestTimeoutMs: number;
  pingIntervalMs: number;
  pingTimeoutMs: number;
  requests: number;
  bufferedBytes: number;
  receiveBytes: number;
  trackedKeys: number;
  conflatedKeys: number;
  rooms: number;
  members: number;
  webSocket: OpenWebSocket | undefined;
}

export function settle(options: ClientOptions): Settings {
  const { reconnect, ping, limits } = options;
  const url = new URL(options.url);
  url.protocol = url.protocol.replace("http", "ws");
  if (url.pathname === "/") url.pathname = "/v1/ws";
  return {
    ticket: options.ticket,
    tenant: options.tenant,
    url,
    baseMs: reconnect?.baseMs ?? 500,
    maxMs: reconnect?.maxMs ?? 20_000,
    stableMs: reconnect?.stableMs ?? 10_000,
    handshakeTimeoutMs: options.handshakeTimeoutMs ?? 15_000,
    requestTimeoutMs: options.requestTimeoutMs ?? 15_000,
    pingIntervalMs: ping?.intervalMs ?? 5_000,
    pingTimeoutMs: ping?.timeoutMs ?? 10_000,
    // The gateway remembers 1,024 ids of a session: of more than that it could not say which it has acted on.
    requests: Math.min(limits?.requests ?? 256, 1_000),
    bufferedBytes: limits?.bufferedBytes ?? 1 << 20,
    receiveBytes: limits?.receiveBytes ?? 16 << 20,
    trackedKeys: limits?.trackedKeys ?? 16_384,
    conflatedKeys: limits?.conflatedKeys ?? 1_024,
    rooms: limits?.rooms ?? 4_096,
    members: limits?.members ?? 10_000,
    webSocket: options.webSocket,
  };
}

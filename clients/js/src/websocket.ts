import type { Refusal } from "./outcome.js";

/** What this library needs of a WebSocket; the platform's is one. */
export interface WebSocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  /** Called when it is open. */
  onopen: ((event: never) => void) | null;
  /** Called with each message: a text, or an `ArrayBuffer`. */
  onmessage: ((event: { data: unknown }) => void) | null;
  /** Called once, when it has ended or could not be opened. */
  onclose: ((event: { code: number; reason: string }) => void) | null;
  /** Called where something went wrong; `onclose` follows. */
  onerror: ((event: never) => void) | null;
  /** Sends a message. */
  send(data: string | Uint8Array): void;
  /** Ends the connection with the closing handshake. */
  close(code?: number, reason?: string): void;
  /** Why the upgrade failed, where the implementation knows: an answer, or `null` for none. */
  readonly refusal?: Refusal | null | undefined;
  /** Cuts the connection without a close frame, where the implementation can. */
  terminate?(): void;
}

/** Opens a WebSocket. `receiveBytes` is the longest message that it need take. */
export type OpenWebSocket = (url: string, protocols: string[], receiveBytes: number) => WebSocketLike | Promise<WebSocketLike>;

/** The platform's WebSocket: what browsers have. The entry for Node.js puts another in its place. */
export const platform: { open: OpenWebSocket } = {
  open: (url, protocols) => new WebSocket(url, protocols) as unknown as WebSocketLike,
};

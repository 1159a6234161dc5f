/** Codes that the gateway sends, in `sys.error` and in answers to a refused handshake. Later releases may add some: treat an unknown one like `INTERNAL`. */
export type GatewayCode =
  | "BAD_REQUEST" | "AUTH_FAILED" | "NOT_ALLOWED" | "RATE_LIMITED" | "PAYLOAD_TOO_LARGE" | "RESOURCE_EXHAUSTED" | "TOO_MANY_SESSIONS"
  | "UNSUPPORTED_VERSION" | "UNKNOWN_SERVICE" | "SERVICE_UNAVAILABLE" | "NOT_IN_ROOM" | "TIMEOUT" | "DRAINING" | "UPGRADE_REQUIRED" | "INTERNAL";

/** Codes that this library gives by itself; nothing of them came over the wire. */
export type ClientCode =
  /** No answer came within the request's time. It may have been acted on all the same. */
  | "REQUEST_TIMEOUT"
  /** The `AbortSignal` of the request was aborted. */
  | "ABORTED"
  /** There is no connection now, and this message is not kept for later. */
  | "OFFLINE"
  /** As much waits, or is remembered, as may be: `limits.requests`, `limits.bufferedBytes`, `limits.members`. */
  | "BUFFER_FULL"
  /** The message is longer than the gateway's `max_frame_bytes`. */
  | "FRAME_TOO_LARGE"
  /** The session ended before the answer came; whether the message was acted on is not known. */
  | "SESSION_LOST"
  /** The client is closed, or was never connected. */
  | "CLOSED";

/** Any code: those that are known are completed by editors. */
export type ErrorCode = GatewayCode | ClientCode | (string & {});

/** The one error of this library: decide by `code`; the message is for people. */
export class WsPrismError extends Error {
  /** What happened. */
  readonly code: ErrorCode;
  /** For `RATE_LIMITED` and refused handshakes: how long to wait. */
  readonly retryAfterMs: number | undefined;
  /** Names the session in a report to the gateway's operator. */
  readonly traceId: string | undefined;

  /** @internal */
  constructor(code: ErrorCode, message: string, more: { retryAfterMs?: number | undefined; traceId?: string | undefined; cause?: unknown } = {}) {
    super(message ? `${code}: ${message}` : code, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "WsPrismError";
    this.code = code;
    this.retryAfterMs = more.retryAfterMs;
    this.traceId = more.traceId;
  }
}

// For people, where the code alone would not tell them.
const messages: Partial<Record<ErrorCode, string>> = {
  FRAME_TOO_LARGE: "It is longer than the gateway takes.",
  SESSION_LOST: "The session ended before the answer came.",
};

/** What this library finds by itself. */
export const failure = (code: ErrorCode, cause?: unknown): WsPrismError => new WsPrismError(code, messages[code] ?? "", { cause });

/** Calls a listener when the signal is aborted, until it is taken away again. */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  signal?.addEventListener("abort", listener);
  return () => signal?.removeEventListener("abort", listener);
}

import { failure, onAbort, WsPrismError, type ClientCode } from "./errors.js";
import { encode, type Envelope } from "./envelope.js";
import { fields, number, text, type Json } from "./json.js";
import type { Settings } from "./options.js";

/** How a request is made. */
export interface RequestOptions {
  /** The room that it is about; without one the active room is meant. */
  room?: string | undefined;
  /** How long to wait for the answer. */
  timeoutMs?: number | undefined;
  /** Ends the waiting. What was sent may be acted on all the same. */
  signal?: AbortSignal | undefined;
  /**
   * It does no harm if it happens twice. When the session is lost before the answer came, such a request is sent again in the next session; any
   * other is rejected with `SESSION_LOST`.
   */
  repeatable?: boolean | undefined;
  /** So often it is sent again, after the time that the gateway says, when it is refused with `RATE_LIMITED`: 0 */
  rateLimitRetries?: number | undefined;
}

// For the library's own requests.
export interface InternalOptions extends RequestOptions {
  /** Called at once with the answer, before anything that comes after it is looked at. */
  onAck?: (data: Json | undefined) => void;
  /** Bounds do not count: what the library must say itself. */
  force?: boolean;
}

// setTimeout takes no more, and would fire at once.
export const MaxDelay = 2 ** 31 - 1;

/** What makes a lost session good again: settled by the gateway or by the end, and by nothing else. */
export const forced: InternalOptions = { force: true, rateLimitRetries: 5, timeoutMs: MaxDelay };

interface Pending {
  id: number;
  json: string;
  sent: boolean;
  options: InternalOptions;
  retries: number;
  retry: ReturnType<typeof setTimeout> | undefined;
  settle(error: WsPrismError | undefined, data?: Json): void;
}

interface Wire {
  /** undefined where it may be sent now. */
  refusal(json: string): ClientCode | undefined;
  transmit(json: string): void;
}

/** What waits for an answer, in the order in which it was asked. */
export class Requests {
  readonly #settings: Settings;
  readonly #wire: Wire;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #bytes = 0;

  constructor(settings: Settings, wire: Wire) {
    this.#settings = settings;
    this.#wire = wire;
  }

  get size(): number {
    return this.#pending.size;
  }

  add(svc: string, type: string, data: unknown, options: InternalOptions): Promise<Json | undefined> {
    const { signal, timeoutMs = this.#settings.requestTimeoutMs, force } = options;
    if (signal?.aborted) return Promise.reject(failure("ABORTED", signal.reason));
    const id = ++this.#lastId;
    const json = encode(svc, type, options.room, data, id);
    const full = !force && (this.#pending.size >= this.#settings.requests || this.#bytes + json.length > this.#settings.bufferedBytes);
    const refusal = full ? "BUFFER_FULL" : this.#wire.refusal(json);
    if (refusal && refusal !== "OFFLINE" && !(force && refusal === "BUFFER_FULL")) return Promise.reject(failure(refusal));

    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => pending.settle(failure("REQUEST_TIMEOUT")), Math.min(timeoutMs, MaxDelay));
      const forget = onAbort(signal, () => pending.settle(failure("ABORTED", signal?.reason)));
      const pending: Pending = {
        id, json, options,
        sent: false,
        retries: options.rateLimitRetries ?? 0,
        retry: undefined,
        settle: (error, answer) => {
          clearTimeout(timer);
          clearTimeout(pending.retry);
          forget();
          this.#pending.delete(id);
          this.#bytes -= json.length;
          if (error) reject(error);
          else resolve(answer);
        },
      };
      this.#pending.set(id, pending);
      this.#bytes += json.length;
      if (!refusal || refusal === "BUFFER_FULL") this.#send(pending);
    });
  }

  /** Takes an answer in; false where nobody waits for it. */
  settle({ type, id, data, trace_id }: Envelope): boolean {
    const pending = this.#pending.get(id as number);
    if (!pending) return false;
    if (type === "ack") {
      pending.options.onAck?.(data);
      pending.settle(undefined, data);
      return true;
    }

    const error = refusalOf(data, trace_id);
    if (error.code === "RATE_LIMITED" && pending.retries-- > 0) {
      clearTimeout(pending.retry);
      pending.sent = false; // it was not acted on
      pending.retry = setTimeout(() => {
        pending.retry = undefined;
        const refusal = this.#wire.refusal(pending.json);
        if (!refusal || (refusal === "BUFFER_FULL" && pending.options.force)) this.#send(pending);
        else if (refusal !== "OFFLINE") pending.settle(failure(refusal)); // without a connection it goes with the next one
      }, Math.min(error.retryAfterMs ?? 1000, MaxDelay));
    } else {
      pending.settle(error);
    }
    return true;
  }

  /** The session goes on: everything without an answer once more, under the same id. Says how many of these had been sent before. */
  resend(): number {
    const before = [...this.#pending.values()].filter((pending) => pending.sent).length;
    this.#flush();
    return before;
  }

  /**
   * There is another session: what was sent in the one before is over, unless it may be repeated, and so is what the library itself had to say, for
   * it says it anew. The rest waits for {@link begin}.
   */
  lose(): void {
    for (const pending of [...this.#pending.values()])
      if (pending.options.force || (pending.sent && !pending.options.repeatable)) pending.settle(failure("SESSION_LOST"));
      else pending.sent = false;
  }

  /** Sends what waits and was not sent in this session. */
  begin(): void {
    this.#flush((pending) => !pending.sent);
  }

  rejectAll(): void {
    for (const pending of [...this.#pending.values()]) pending.settle(failure("CLOSED"));
  }

  #flush(which: (pending: Pending) => boolean = () => true): void {
    for (const pending of [...this.#pending.values()].filter(which)) {
      if (pending.retry) continue; // it has its own time
      if (this.#wire.refusal(pending.json) === "FRAME_TOO_LARGE") pending.settle(failure("FRAME_TOO_LARGE"));
      else this.#send(pending);
    }
  }

  #send(pending: Pending): void {
    pending.sent = true;
    this.#wire.transmit(pending.json);
  }
}

/** What a `sys.error` says. */
export function refusalOf(data: unknown, traceId?: string): WsPrismError {
  const { code, msg, retry_after_ms } = fields(data) ?? {};
  return new WsPrismError(text(code) ?? "INTERNAL", text(msg) ?? "", { retryAfterMs: number(retry_after_ms), traceId });
}

import { backoff } from "./backoff.js";
import { failure } from "./errors.js";
import { Link, type Resume } from "./link.js";
import type { Settings } from "./options.js";
import type { Ending } from "./outcome.js";
import { MaxDelay } from "./requests.js";
import type { WebSocketLike } from "./websocket.js";

/**
 * `idle` before the first `connect()`; `connecting` until there is a session, however many attempts that takes; `open`; `reconnecting` after a
 * connection was lost; `closed` for good.
 */
export type State = "idle" | "connecting" | "open" | "reconnecting" | "closed";

/** A change of state, or one more attempt that failed. */
export interface StateChange {
  readonly state: State;
  /** Why: a word of the gateway (`drained`, `replaced`, `AUTH_FAILED`), or of this library (`client`, `lost`, `silence`, `unreachable`, `handshake_timeout`, `ticket`, `protocol`, `websocket` where none could be made). */
  readonly reason?: string;
  /** The close code, the HTTP status of a refused handshake, or 0. */
  readonly code?: number;
  /** When the next attempt begins. */
  readonly retryInMs?: number;
  /** What the ticket callback threw. */
  readonly error?: unknown;
}

interface Host {
  /** Where to go on; undefined for a new session. */
  resume(): Resume | undefined;
  text(json: string): void;
  binary(frame: Uint8Array): void;
  changed(change: StateChange): void;
}

/** Keeps a connection: tickets, attempts, delays, and which endings are for good. Knows nothing of what is said on it. */
export class Connector {
  readonly #settings: Settings;
  readonly #host: Host;
  #state: State = "idle";
  #link: Link | undefined;
  #abandoned: WebSocketLike[] = [];
  #attempt = 0;
  #denied = 0;
  #openedAt: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  // Grows when what is under way is not wanted any more.
  #turn = 0;

  constructor(settings: Settings, host: Host) {
    this.#settings = settings;
    this.#host = host;
  }

  get state(): State {
    return this.#state;
  }

  get bufferedAmount(): number {
    return this.#link?.bufferedAmount ?? 0;
  }

  start(): void {
    if (this.#state !== "idle" && this.#state !== "closed") return;
    this.#attempt = this.#denied = 0;
    this.#change({ state: "connecting" });
    if (this.state !== "connecting") return; // a listener has closed it
    (globalThis as Partial<typeof globalThis>).addEventListener?.("online", this.#online);
    void this.#connect();
  }

  send(data: string | Uint8Array): void {
    this.#link?.send(data);
  }

  /** The first frame was a good one. */
  greeted(): void {
    this.#link?.greeted();
    this.#denied = 0;
    this.#openedAt = performance.now();
    this.#bury();
  }

  open(): void {
    this.#change({ state: "open" });
  }

  /** Gives up this connection, not the session. */
  drop(reason: string): void {
    this.#link?.drop({ code: 0, reason, advice: "later" });
  }

  stop(reason: string, code = 0, error?: unknown): void {
    if (this.#state === "idle" || this.#state === "closed") return;
    this.#turn++;
    this.#stopWaiting();
    (globalThis as Partial<typeof globalThis>).removeEventListener?.("online", this.#online);
    this.#link?.close();
    this.#link = undefined;
    this.#bury();
    this.#change({ state: "closed", reason, code, ...(error !== undefined && { error }) });
  }

  /** A ticket from the application, in its time. */
  async ticket(): Promise<string> {
    const { ticket, handshakeTimeoutMs } = this.#settings;
    if (typeof ticket === "string") return ticket;
    let timer;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(failure("REQUEST_TIMEOUT")), handshakeTimeoutMs);
    });
    try {
      const given: unknown = await Promise.race([ticket(), late]);
      if (typeof given !== "string") throw new TypeError("The ticket is no text.");
      return given;
    } finally {
      clearTimeout(timer);
    }
  }

  async #connect(): Promise<void> {
    const turn = ++this.#turn;
    this.#stopWaiting();
    let ticket: string;
    try {
      ticket = await this.ticket();
    } catch (error) {
      if (turn === this.#turn) this.#ended({ code: 0, reason: "ticket", advice: "later" }, error);
      return;
    }
    if (turn !== this.#turn) return;

    this.#link = new Link(this.#settings, ticket, this.#host.resume(), {
      text: (json) => this.#host.text(json),
      binary: (frame) => this.#host.binary(frame),
      ended: (ending) => this.#ended(ending),
    });
  }

  #ended(ending: Ending, error?: unknown): void {
    const { ticket, stableMs } = this.#settings;
    const socket = this.#link?.abandon();
    if (socket) this.#abandoned.push(socket);
    if (this.#abandoned.length > 8) this.#abandoned.shift()!.close();
    this.#link = undefined;
    if (this.#openedAt !== undefined && performance.now() - this.#openedAt >= stableMs) this.#attempt = 0;
    this.#openedAt = undefined;

    if (ending.advice === "stop" || (ending.advice === "ticket" && (typeof ticket === "string" || ++this.#denied > 1)))
      return this.stop(ending.reason, ending.code, error);

    const delay = backoff(this.#attempt + (ending.advice === "later" ? 1 : 0), this.#settings) + (ending.retryAfterMs ?? 0);
    const retryInMs = Math.min(delay, MaxDelay);
    this.#attempt++;
    this.#turn++;
    this.#timer = setTimeout(() => void this.#connect(), retryInMs);
    const state = this.#state === "connecting" ? "connecting" : "reconnecting";
    this.#change({ state, reason: ending.reason, code: ending.code, retryInMs, ...(error !== undefined && { error }) });
  }

  #stopWaiting(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  // The network is back: what waits need not wait on.
  readonly #online = (): void => {
    if (this.#timer !== undefined) void this.#connect();
  };

  // Connections that were given up: the session is on another one now, or over.
  #bury(): void {
    for (const socket of this.#abandoned.splice(0)) socket.close();
  }

  #change(change: StateChange): void {
    this.#state = change.state;
    this.#host.changed(change);
  }
}

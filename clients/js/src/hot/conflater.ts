import type { Pace } from "../pace.js";
import type { HotOutcome, HotOptions } from "./hot.js";

/** What became of a state: `queued`, or why not. */
export type ConflateOutcome = "queued" | "BUFFER_FULL" | "FRAME_TOO_LARGE" | "CLOSED";

interface Wire {
  readonly pace: Pace;
  readonly limit: number;
  refusal(payload: Uint8Array): HotOutcome | undefined;
  send(svcId: number, opcode: number, payload: Uint8Array, options: HotOptions): HotOutcome;
}

// How soon to look again where the connection takes nothing, and at the latest: a budget that is next to nothing may be followed by a better one.
const Patience = 50;
const MaxWait = 1000;

/**
 * Sends states as fast as the gateway's budget allows and no faster: of each key only the newest waits, and keys take turns.
 * Without a connection the newest states wait for the next one.
 */
export class ConflatingSender {
  readonly #wire: Wire;
  readonly #svcId: number;
  readonly #opcode: number;
  readonly #room: string | undefined;
  readonly #states = new Map<number | undefined, Uint8Array>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  /** @internal */
  constructor(wire: Wire, svcId: number, opcode: number, room: string | undefined) {
    this.#wire = wire;
    this.#svcId = svcId;
    this.#opcode = opcode;
    this.#room = room;
  }

  /** How many states wait. */
  get waiting(): number {
    return this.#states.size;
  }

  /** The newest state of a key, or of the one thing that has no key. `BUFFER_FULL` where it is one key too many, and nothing was taken. */
  set(payload: Uint8Array, key?: number): ConflateOutcome {
    if (this.#stopped) return "CLOSED";
    const refusal = this.#wire.refusal(payload);
    if (refusal === "FRAME_TOO_LARGE" || refusal === "CLOSED") return refusal; // any other passes
    if (!this.#states.has(key) && this.#states.size >= this.#wire.limit) return "BUFFER_FULL";
    this.#states.set(key, payload.slice()); // the caller may use its buffer again
    // Never within the call: of several states set at once the last one goes.
    if (this.#timer === undefined) this.#later(this.#wire.pace.waitMs());
    return "queued";
  }

  /** Drops what waits, and takes no more. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#states.clear();
  }

  readonly #flush = (): void => {
    this.#timer = undefined;
    for (const [key, payload] of this.#states) {
      const waitMs = this.#wire.pace.waitMs();
      if (waitMs > 0) return this.#later(waitMs);
      const outcome = this.#wire.send(this.#svcId, this.#opcode, payload, { ...(key !== undefined && { key }), ...(this.#room !== undefined && { room: this.#room }) });
      if (outcome === "OFFLINE" || outcome === "BUFFER_FULL" || outcome === "NOT_IN_ROOM") return this.#later(Patience);
      this.#states.delete(key);
    }
  };

  #later(ms: number): void {
    this.#timer = setTimeout(this.#flush, Math.min(ms, MaxWait));
  }
}

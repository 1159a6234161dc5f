import { call, type Unsubscribe } from "../emitter.js";
import { failure, onAbort, type WsPrismError } from "../errors.js";
import type { Settings } from "../options.js";
import type { Pace } from "../pace.js";
import { MaxDelay, type RequestOptions } from "../requests.js";
import type { RoomBook } from "../roombook.js";
import { ConflatingSender, type ConflateOutcome } from "./conflater.js";
import { decodeFrames, encodeInto, type HotFrame } from "./frame.js";
import type { Layout } from "./layout.js";
import { IncomingSequences, OutgoingSequences } from "./sequence.js";

// Header, SEQ, KEY and ROOM.
const FieldsMax = 15;

/** What became of a frame: `sent`, or why not. */
export type HotOutcome = "sent" | "OFFLINE" | "BUFFER_FULL" | "FRAME_TOO_LARGE" | "NOT_IN_ROOM" | "CLOSED";

/** How a frame is sent. */
export interface HotOptions {
  /** What it is the state of: an entity, an instrument. */
  key?: number | undefined;
  /** A room that was joined, by its name; without one the active room is meant. */
  room?: string | undefined;
  /** Neither replaced by a newer one nor dropped. */
  reliable?: boolean | undefined;
  /** False leaves the sequence number out. */
  seq?: boolean | undefined;
}

/** Which frames are wanted: what is left out matches any. */
export interface HotFilter {
  svcId?: number | undefined;
  opcode?: number | undefined;
  key?: number | undefined;
}

interface Wire {
  refusal(size: number): Exclude<HotOutcome, "sent" | "NOT_IN_ROOM"> | undefined;
  transmit(frame: Uint8Array): void;
}

// A WebSocket copies what it is given: small frames are all made in the same place, since in browsers a buffer of its own costs more than all the rest.
const scratch = new Uint8Array(1024);
const memory = (length: number): Uint8Array => (length > scratch.length ? new Uint8Array(length) : scratch.subarray(0, length));

// Frames that wait to be acknowledged.
const MaxWaiting = 1024;

const nameOf = (svcId: number, opcode: number, seq: number | undefined): string => `${svcId},${opcode},${seq}`;

/** The Hot lane: small binary frames of which only the latest matters. */
export class Hot {
  readonly #settings: Settings;
  readonly #wire: Wire;
  readonly #rooms: RoomBook;
  readonly #pace: Pace;
  readonly #outgoing: OutgoingSequences;
  readonly #incoming: IncomingSequences;
  // Another array with each change: whoever goes through one need not copy it.
  #listeners: readonly { filter: HotFilter; listener: (frame: HotFrame) => void }[] = [];
  readonly #acks = new Map<string, (error?: WsPrismError) => void>();
  #received = 0;
  #stale = 0;
  #malformed = 0;

  /** @internal */
  constructor(settings: Settings, wire: Wire, rooms: RoomBook, pace: Pace) {
    this.#settings = settings;
    this.#wire = wire;
    this.#rooms = rooms;
    this.#pace = pace;
    this.#outgoing = new OutgoingSequences(settings.trackedKeys);
    this.#incoming = new IncomingSequences(settings.trackedKeys);
  }

  /** Counts since the client was made: frames delivered, numbers skipped, frames dropped as stale or malformed, keys remembered. */
  get stats(): { readonly received: number; readonly gaps: number; readonly stale: number; readonly malformed: number; readonly tracked: number } {
    return { received: this.#received, gaps: this.#incoming.gaps, stale: this.#stale, malformed: this.#malformed, tracked: this.#incoming.size };
  }

  /** Sends a frame now, or says why not. Sequence numbers are counted for each (svc_id, opcode, key). */
  send(svcId: number, opcode: number, payload: Uint8Array, options: HotOptions = {}): HotOutcome {
    return this.#send(svcId, opcode, payload, options, false).outcome;
  }

  /** Sends a frame and waits until the service has taken it in. */
  async sendAcked(svcId: number, opcode: number, payload: Uint8Array, options: Omit<HotOptions, "seq"> & Pick<RequestOptions, "timeoutMs" | "signal"> = {}): Promise<void> {
    const { timeoutMs = this.#settings.requestTimeoutMs, signal } = options;
    if (signal?.aborted) throw failure("ABORTED", signal.reason);
    const { outcome, seq } = this.#acks.size < MaxWaiting ? this.#send(svcId, opcode, payload, options, true) : { outcome: "BUFFER_FULL" as const };
    if (outcome !== "sent") throw failure(outcome);
    const name = nameOf(svcId, opcode, seq);
    return new Promise((resolve, reject) => {
      const settle = (error?: WsPrismError): void => {
        clearTimeout(timer);
        forget();
        this.#acks.delete(name);
        if (error) reject(error);
        else resolve();
      };
      const timer = setTimeout(() => settle(failure("REQUEST_TIMEOUT")), Math.min(timeoutMs, MaxDelay));
      const forget = onAbort(signal, () => settle(failure("ABORTED", signal?.reason)));
      this.#acks.set(name, settle);
    });
  }

  /** Frames that are not stale, one by one, those of a BATCH too. */
  subscribe(filter: HotFilter, listener: (frame: HotFrame) => void): Unsubscribe {
    const own = { filter, listener };
    this.#listeners = [...this.#listeners, own];
    return () => {
      own.listener = () => {}; // for who goes through the listeners now
      this.#listeners = this.#listeners.filter((other) => other !== own);
    };
  }

  /** A sender that keeps the newest state of each key and sends at the rate of the gateway's budget. */
  conflate(svcId: number, opcode: number, options: { room?: string | undefined } = {}): ConflatingSender {
    const wire = {
      pace: this.#pace,
      limit: this.#settings.conflatedKeys,
      refusal: (payload: Uint8Array) => this.#wire.refusal(payload.length + FieldsMax),
      send: (svc: number, op: number, payload: Uint8Array, more: HotOptions) => this.send(svc, op, payload, more),
    };
    return new ConflatingSender(wire, svcId, opcode, options.room);
  }

  /** Frames of one kind as values of a layout. */
  channel<T>(svcId: number, opcode: number, layout: Layout<T>): HotChannel<T> {
    return {
      send: (value, options) => this.send(svcId, opcode, layout.encode(value), options),
      conflate: (options) => {
        const sender = this.conflate(svcId, opcode, options);
        return { set: (value, key) => sender.set(layout.encode(value), key), stop: () => sender.stop() };
      },
      subscribe: (listener) =>
        this.subscribe({ svcId, opcode }, (frame) => {
          const value = layout.decode(frame.payload);
          if (value === undefined) this.#malformed++;
          else listener(value, frame);
        }),
    };
  }

  /** @internal A binary message has come. */
  receive(bytes: Uint8Array): void {
    const frames = decodeFrames(bytes);
    if (!frames) this.#malformed++;
    else for (const frame of frames) this.#take(frame);
  }

  /** @internal The client is closed: nobody will answer. */
  rejectAll(): void {
    for (const settle of [...this.#acks.values()]) settle(failure("CLOSED"));
  }

  /** @internal Another session: its numbers begin anew. */
  reset(): void {
    this.#incoming.clear();
  }

  /** @internal Who joins a room gets its latest states, whether they have been seen before or not; and which room is the active one has changed. */
  entered(room?: number): void {
    this.#incoming.forgetRoom(room);
  }

  /** @internal */
  forget(svcId: number, keys: ReadonlySet<number>): void {
    this.#incoming.forget(svcId, keys);
  }

  #take(frame: HotFrame): void {
    if (frame.ack) return this.#acks.get(nameOf(frame.svcId, frame.opcode, frame.seq))?.();
    if (!this.#incoming.accept(frame)) {
      this.#stale++;
      return;
    }
    this.#received++;
    for (const { filter, listener } of this.#listeners)
      if ((filter.svcId ?? frame.svcId) === frame.svcId && (filter.opcode ?? frame.opcode) === frame.opcode && (filter.key ?? frame.key) === frame.key)
        call(listener, frame);
  }

  #send(svcId: number, opcode: number, payload: Uint8Array, options: HotOptions, ack: boolean): { outcome: HotOutcome; seq?: number | undefined } {
    const { key, reliable = false } = options;
    const refusal = this.#wire.refusal(payload.length + FieldsMax);
    if (refusal) return { outcome: refusal };
    const room = options.room === undefined ? undefined : this.#rooms.handle(options.room);
    if (options.room !== undefined && room === undefined) return { outcome: "NOT_IN_ROOM" };
    const next = (): number | undefined => (options.seq === false ? undefined : this.#outgoing.next(svcId, opcode, key));
    let seq = next();
    // An answer names no key: of two that wait, each has a number of its own.
    while (ack && this.#acks.has(nameOf(svcId, opcode, seq))) seq = next();
    this.#pace.spend();
    this.#wire.transmit(encodeInto({ svcId, opcode, seq, key, room, reliable, ack, payload }, memory));
    return { outcome: "sent", seq };
  }
}

/** Frames of one (svc_id, opcode) as values. */
export interface HotChannel<T> {
  /** Sends a value now, or says why not. */
  send(value: T, options?: HotOptions): HotOutcome;
  /** A sender that keeps the newest value of each key. */
  conflate(options?: { room?: string | undefined }): {
    /** As {@link ConflatingSender.set}, of a value. */
    set(value: T, key?: number): ConflateOutcome;
    /** As {@link ConflatingSender.stop}. */
    stop(): void;
  };
  /** Calls a listener with each value that is not stale; a payload that is too short is counted as malformed. */
  subscribe(listener: (value: T, frame: HotFrame) => void): Unsubscribe;
}

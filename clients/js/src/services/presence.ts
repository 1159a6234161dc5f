import type { Unsubscribe } from "../emitter.js";
import type { Envelope } from "../envelope.js";
import type { Json } from "../json.js";
import type { RoomBook } from "../roombook.js";
import { listen, type Ask, type Core } from "./core.js";
import { Roster } from "./roster.js";

/** A user in a room. */
export interface Member {
  readonly user: string;
  /** Its sessions in the room: `sender` of their Hot frames. */
  readonly handles: readonly number[];
  /** What it shows. */
  readonly state?: Json;
}

/** A page of members. */
export interface MemberPage {
  /** Users in the room. */
  readonly count: number;
  readonly members: readonly Member[];
  /** Asks for the next page, where there is one. */
  readonly cursor?: string;
}

/** What a room with presence tells its members. */
export interface PresenceChange {
  /** `join`, `update` or `leave`. */
  readonly type: string;
  readonly room: string;
  /** Users in the room after it. */
  readonly count: number;
  /** Those that it is about; after `leave` by name alone. */
  readonly users: readonly (Pick<Member, "user"> & Partial<Member>)[];
}

/** Who is in a room, and what they show. */
export class Presence {
  readonly #core: Core;
  readonly #book: RoomBook;
  readonly #limit: number;

  /** @internal */
  constructor(core: Core, book: RoomBook, limit: number) {
    this.#core = core;
    this.#book = book;
    this.#limit = limit;
  }

  /** What this user shows in a room: any JSON of at most 1,024 bytes, `null` for nothing. */
  async setState(room: string, state: Json, ask: Ask = {}): Promise<void> {
    await this.#core.request("room", "state", { state }, { ...ask, room });
  }

  /**
   * Calls a listener with all users of a room when they have been read, and after each change. Begins when the room is joined. Of more users than
   * `limits.members` those are left out that came last: the event `error` says so, with `BUFFER_FULL`, and {@link Roster.full}.
   */
  watch(room: string, listener: (users: ReadonlyMap<string, Member>) => void): Roster {
    return new Roster(this.#core, this.#book, this.#limit, room, listener);
  }

  /** Joins, changes and leaves, in one room or in all. */
  onChange(listener: (change: PresenceChange) => void, room?: string): Unsubscribe {
    return listen<PresenceChange>(this.#core, { svc: "presence", ...(room !== undefined && { room }) }, (data, envelope: Envelope) => {
      if (Array.isArray(data.users)) listener({ ...data, type: envelope.type, room: envelope.room ?? "" });
    });
  }
}

import type { Envelope } from "./envelope.js";
import { count, fields, text } from "./json.js";

/** A place in the history of a room. */
export interface HistoryPosition {
  epoch: string;
  offset: number;
}

/** How a room is joined. */
export interface JoinOptions {
  /** False leaves the active room as it is. */
  active?: boolean | undefined;
  /** So many states of a key a second at most. */
  maxHz?: number | undefined;
  /** What was seen last: what is missing comes first. */
  since?: HistoryPosition | undefined;
}

/** What `sys.joined` says of a room. */
export interface Joined {
  readonly room: string;
  /** The room's number in Hot frames. */
  readonly handle: number;
  /** Users in it. */
  readonly members: number;
  /** Where its history stands, in a room that has one. */
  readonly offset?: number;
  readonly epoch?: string;
  /** Where the join had `since`: whether what was missed follows. */
  readonly recovered?: boolean;
}

interface Entry {
  // undefined while it is to be joined again.
  joined: Joined | undefined;
  position: HistoryPosition | undefined;
  // Joined by this client itself, and how; undefined where the gateway put it there.
  wanted: Pick<JoinOptions, "maxHz"> | undefined;
}

/** The rooms of the session as this client knows them, in the order in which it came in: handles, histories, and which to join again. */
export class RoomBook {
  readonly #rooms = new Map<string, Entry>();
  readonly #limit: number;
  // What joins that are under way said they had.
  readonly #since = new Map<string, HistoryPosition>();
  #active: string | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get active(): string | undefined {
    return this.#active;
  }

  get(room: string): Joined | undefined {
    return this.#rooms.get(room)?.joined;
  }

  handle(room: string): number | undefined {
    return this.#rooms.get(room)?.joined?.handle;
  }

  byHandle(handle: number): string | undefined {
    for (const [room, { joined }] of this.#rooms) if (joined?.handle === handle) return room;
    return undefined;
  }

  position(room: string): HistoryPosition | undefined {
    return this.#rooms.get(room)?.position;
  }

  /** A join with `since` is under way. */
  expect(room: string, since: HistoryPosition | undefined): void {
    this.#since.delete(room);
    if (since && this.#since.size < this.#limit) this.#since.set(room, { ...since });
  }

  /** `sys.joined`; undefined where it makes no sense, or where it is one room too many. */
  joined({ room, data }: Envelope): Joined | undefined {
    const { handle, members, offset, epoch, recovered } = fields(data) ?? {};
    const known = this.#rooms.get(room ?? "");
    if (room === undefined || count(handle) === undefined || (!known && this.#rooms.size >= this.#limit)) return undefined;
    const joined: Joined = {
      room,
      handle: handle as number,
      members: count(members) ?? 0,
      ...(count(offset) !== undefined && { offset: offset as number }),
      ...(text(epoch) !== undefined && { epoch: epoch as string }),
      ...(typeof recovered === "boolean" && { recovered }),
    };
    // What was missed is still to come: until then this client stands where it stood.
    const position = recovered === true ? (this.#since.get(room) ?? known?.position) : undefined;
    this.#since.delete(room);
    this.#rooms.set(room, { joined, position: position ?? at(joined), wanted: known?.wanted });
    return joined;
  }

  left(room: string | undefined): void {
    if (room === undefined) return;
    this.#rooms.delete(room);
    if (this.#active === room) this.#active = undefined;
  }

  /** This client has joined, and wants to be in after a lost session too. */
  want(room: string, options: JoinOptions): void {
    const entry = this.#rooms.get(room);
    if (entry) entry.wanted = options.maxHz === undefined ? {} : { maxHz: options.maxHz };
    if (options.active !== false) this.#active = room;
  }

  activate(room: string): void {
    this.#active = room;
  }

  /** An envelope has come: the room's history has gone on. */
  saw({ room, offset }: Envelope): void {
    const position = offset === undefined ? undefined : this.#rooms.get(room ?? "")?.position;
    if (position && offset! > position.offset) position.offset = offset!;
  }

  /** The session is lost: the rooms to join again and how, in their order. The others are forgotten, and all handles. */
  lose(): { room: string; options: JoinOptions }[] {
    const wanted = [...this.#rooms].filter(([, entry]) => entry.wanted);
    for (const [room, entry] of [...this.#rooms]) {
      if (!entry.wanted) this.left(room);
      else entry.joined = undefined;
    }
    return wanted.map(([room, { position, wanted: how }]) => ({
      room,
      options: { ...how, active: room === this.#active, ...(position && { since: { ...position } }) },
    }));
  }

  clear(): void {
    this.#rooms.clear();
    this.#since.clear();
    this.#active = undefined;
  }
}

const at = ({ epoch, offset }: Joined): HistoryPosition | undefined => (epoch !== undefined && offset !== undefined ? { epoch, offset } : undefined);

import { call, type Unsubscribe } from "../emitter.js";
import { WsPrismError } from "../errors.js";
import { count, fields, text, weigh, type Fields } from "../json.js";
import type { RoomBook } from "../roombook.js";
import type { Core } from "./core.js";
import type { Member } from "./presence.js";

// Whoever answers with ever another cursor is no gateway.
const MaxPages = 1000;
// The gateway tells no more than that at once: a user with more to show is none of its own.
const MaxMemberBytes = 16 << 10;

interface Kept {
  users: Map<string, Member>;
  /** There was one too many. */
  full: boolean;
}

/** Users with their names, of whatever was said. */
function* entries(said: unknown): Generator<[string, Member]> {
  for (const member of Array.isArray(said) ? said : []) {
    const user = text(fields(member)?.user);
    if (user !== undefined) yield [user, member as Member];
  }
}

const nobody = (): Kept => ({ users: new Map(), full: false });

/**
 * Who is in a room, kept up to date. Pages and changes may overtake each other: both put whole users in, and leaves take them out, so that the
 * map is right in the end. After a loss, of messages or of the session, it is read anew.
 */
export class Roster {
  readonly #core: Core;
  readonly #book: RoomBook;
  readonly #limit: number;
  readonly #room: string;
  readonly #listener: (users: ReadonlyMap<string, Member>) => void;
  readonly #ends: Unsubscribe[];
  #kept = nobody();
  // What is being read; it takes the other one's place when all of it is there.
  #fresh: Kept | undefined;
  // It is to be read from the beginning. One asks at a time, however often there is a reason to.
  #wanted = false;
  #isReading = false;
  #isFullTold = false;

  /** @internal */
  constructor(core: Core, book: RoomBook, limit: number, room: string, listener: (users: ReadonlyMap<string, Member>) => void) {
    this.#core = core;
    this.#book = book;
    this.#limit = limit;
    this.#room = room;
    this.#listener = listener;
    this.#ends = [
      core.subscribe({ svc: "presence", room }, ({ type, data }) => this.#change(fields(data) ?? {}, type === "leave")),
      core.subscribe({ svc: "sys", type: "joined", room }, () => this.#read()),
      core.subscribe({ svc: "sys", type: "lagging" }, () => this.#read()),
    ];
    this.#read();
  }

  /** The users by name. */
  get users(): ReadonlyMap<string, Member> {
    return this.#kept.users;
  }

  /** There are more users than `limits.members`: the others are left out. When there are no more than that it is read anew. */
  get full(): boolean {
    return this.#kept.full;
  }

  /** Listens no more. */
  stop(): void {
    this.#wanted = false;
    this.#fresh = undefined;
    for (const end of this.#ends) end();
  }

  #read(): void {
    if (!this.#book.get(this.#room)) return; // joining reads
    this.#wanted = true;
    if (!this.#isReading) void this.#readAll();
  }

  async #readAll(): Promise<void> {
    this.#isReading = true;
    while (this.#wanted) {
      this.#wanted = false;
      const fresh = (this.#fresh = nobody());
      try {
        if (await this.#readPages(fresh)) this.#kept = fresh;
      } catch (error) {
        // After a lost session joining reads anew, and who is closed needs nothing.
        const { code } = error as WsPrismError;
        if (code !== "SESSION_LOST" && code !== "CLOSED") this.#core.tell(error as WsPrismError);
      }
      this.#fresh = undefined;
      if (this.#kept === fresh) this.#tell();
    }
    this.#isReading = false;
  }

  /** False where it is not wanted any more. */
  async #readPages(fresh: Kept): Promise<boolean> {
    let cursor: string | undefined;
    for (let page = 0; page < MaxPages; page++) {
      const answer = await this.#core.request("room", "members", { cursor }, {
        room: this.#room,
        rateLimitRetries: 5,
        // Before anything that comes behind it is looked at: a leave may be in the same chunk of bytes.
        onAck: (said) => this.#put(fresh, fields(said)?.members),
      });
      if (this.#wanted || this.#fresh !== fresh) return false;
      cursor = text(fields(answer)?.cursor);
      if (cursor === undefined || fresh.full) return true;
    }
    return (fresh.full = true);
  }

  #change({ users, count: left }: Fields, isGone: boolean): void {
    let isNews = false;
    for (const kept of [this.#kept, this.#fresh]) if (kept) isNews = (isGone ? this.#take(kept, users) : this.#put(kept, users)) || isNews;
    if (this.#fresh) return; // told when all of it is there
    if (isNews || this.full !== this.#isFullTold) this.#tell();
    if (this.full && (count(left) ?? Infinity) <= this.#limit) this.#read();
  }

  // Whether anything has changed.
  #put(kept: Kept, said: unknown): boolean {
    let isNews = false;
    for (const [user, member] of entries(said)) {
      const fits = (kept.users.size < this.#limit || kept.users.has(user)) && weigh(member, MaxMemberBytes) >= 0;
      if (fits) kept.users.set(user, { ...member, handles: Array.isArray(member.handles) ? member.handles : [] });
      else kept.full = true;
      isNews ||= fits;
    }
    return isNews;
  }

  #take(kept: Kept, said: unknown): boolean {
    let isNews = false;
    for (const [user] of entries(said)) isNews = kept.users.delete(user) || isNews;
    return isNews;
  }

  #tell(): void {
    const isNews = this.full && !this.#isFullTold;
    this.#isFullTold = this.full;
    if (isNews) this.#core.tell(new WsPrismError("BUFFER_FULL", `Too many users in ${this.#room}.`));
    call(this.#listener, this.users);
  }
}

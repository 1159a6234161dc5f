import { call, type Unsubscribe } from "../emitter.js";
import { fields, text } from "../json.js";
import type { RoomBook } from "../roombook.js";
import type { Core } from "./core.js";
import type { Member } from "./presence.js";

// Whoever answers with ever another cursor is no gateway.
const MaxPages = 1000;

/**
 * Who is in a room, kept up to date. Pages and changes may overtake each other: both put whole users in, and leaves take them out, so that the
 * map is right in the end. After a loss, of messages or of the session, it is read anew.
 */
export class Roster {
  readonly #core: Core;
  readonly #room: string;
  readonly #listener: (users: ReadonlyMap<string, Member>) => void;
  #users = new Map<string, Member>();
  // What is being read; it takes the other one's place when all of it is there.
  #fresh: Map<string, Member> | undefined;
  readonly #ends: Unsubscribe[];
  // Grows with each reading: what an older one still brings is let go.
  #reading = 0;

  /** @internal */
  constructor(core: Core, book: RoomBook, room: string, listener: (users: ReadonlyMap<string, Member>) => void) {
    this.#core = core;
    this.#room = room;
    this.#listener = listener;
    this.#ends = [
      core.subscribe({ svc: "presence", room }, ({ type, data }) => {
        this.#put(fields(data)?.users, type === "leave");
        if (!this.#fresh) this.#tell();
      }),
      core.subscribe({ svc: "sys", type: "joined", room }, () => void this.#read()),
      core.subscribe({ svc: "sys", type: "lagging" }, () => void this.#read()),
    ];
    if (book.get(room)) void this.#read();
  }

  /** The users by name. */
  get users(): ReadonlyMap<string, Member> {
    return this.#users;
  }

  /** Listens no more. */
  stop(): void {
    this.#reading++;
    for (const end of this.#ends) end();
  }

  async #read(): Promise<void> {
    const reading = ++this.#reading;
    this.#fresh = new Map();
    let cursor: string | undefined;
    try {
      for (let page = 0; page < MaxPages && (page === 0 || cursor !== undefined); page++) {
        const answer = await this.#core.request("room", "members", { cursor }, {
          room: this.#room,
          rateLimitRetries: 5,
          // Before anything that comes behind it is looked at: a leave may be in the same chunk of bytes.
          onAck: (said) => reading === this.#reading && this.#put(fields(said)?.members, false),
        });
        if (reading !== this.#reading) return;
        cursor = text(fields(answer)?.cursor);
      }
      this.#users = this.#fresh;
      this.#fresh = undefined;
      this.#tell();
    } catch {
      // Not in the room any more, or not connected: joining reads anew.
      if (reading === this.#reading) this.#fresh = undefined;
    }
  }

  #put(users: unknown, isGone: boolean): void {
    if (!Array.isArray(users)) return;
    for (const said of users) {
      const user = text(fields(said)?.user);
      if (user === undefined) continue;
      for (const map of [this.#users, this.#fresh])
        if (isGone) map?.delete(user);
        else map?.set(user, { handles: [], ...said });
    }
  }

  #tell(): void {
    call(this.#listener, this.#users);
  }
}

import { WsPrismError } from "../errors.js";
import type { Envelope } from "../envelope.js";
import type { Json } from "../json.js";
import type { HistoryPosition, Joined, JoinOptions, RoomBook } from "../roombook.js";
import type { Ask, Core } from "./core.js";
import type { MemberPage } from "./presence.js";

/** A page of what a room remembers. */
export interface HistoryPage {
  readonly epoch: string;
  readonly messages: readonly Envelope[];
  /** The oldest offset that is kept, and the newest. */
  readonly first: number;
  readonly last: number;
  /** There are more in the direction of the page. */
  readonly more: boolean;
  /** Nothing is missing between the position that was asked for and the page. */
  readonly recovered?: boolean;
}

/** Which page: with neither position the newest. */
export interface HistoryQuery {
  limit?: number | undefined;
  since?: HistoryPosition | undefined;
  before?: HistoryPosition | undefined;
  /** The newest of the page first. */
  reverse?: boolean | undefined;
}

/** A room of the session. */
export interface ListedRoom {
  readonly room: string;
  readonly handle: number;
  readonly members: number;
  readonly active: boolean;
}

/** Rooms. Those that are joined here are joined again by themselves when a session is lost. */
export class Rooms {
  readonly #core: Core;
  readonly #book: RoomBook;

  /** @internal */
  constructor(core: Core, book: RoomBook) {
    this.#core = core;
    this.#book = book;
  }

  /** The room that messages without one are about, as far as this client knows. */
  get active(): string | undefined {
    return this.#book.active;
  }

  /** What is known of a room that the session is in. */
  get(room: string): Joined | undefined {
    return this.#book.get(room);
  }

  /** The name of the room that has this number in Hot frames. */
  byHandle(handle: number): string | undefined {
    return this.#book.byHandle(handle);
  }

  /** How far the history of a room was seen: for `since`, in another session perhaps. */
  position(room: string): HistoryPosition | undefined {
    const position = this.#book.position(room);
    return position && { ...position };
  }

  /** Joins a room, and makes it the active one unless told otherwise. With `members` the answer has the first page of who is there. */
  async join(room: string, options: JoinOptions & { members?: boolean | undefined } & Ask = {}): Promise<Joined & { readonly page?: MemberPage }> {
    const { active, maxHz, since, members, ...ask } = options;
    const page = await this.#core.request("room", "join", { active, max_hz: maxHz, since, members }, { ...ask, room });
    const joined = this.#book.get(room);
    if (!joined) throw new WsPrismError("INTERNAL", "The join was acknowledged and never happened.");
    return members && page ? { ...joined, page: page as unknown as MemberPage } : joined;
  }

  /** Leaves a room. */
  async leave(room: string, ask: Ask = {}): Promise<void> {
    await this.#core.request("room", "leave", undefined, { ...ask, room });
  }

  /** Makes a joined room the active one. */
  async activate(room: string, ask: Ask = {}): Promise<void> {
    await this.#core.request("room", "activate", undefined, { ...ask, room });
  }

  /** A page of who is there; `cursor` of one page asks for the next. */
  async members(room: string, page: { limit?: number | undefined; cursor?: string | undefined } & Ask = {}): Promise<MemberPage> {
    const { limit, cursor, ...ask } = page;
    return (await this.#core.request("room", "members", { limit, cursor }, { ...ask, room })) as unknown as MemberPage;
  }

  /** A page of what the room remembers. */
  async history(room: string, query: HistoryQuery & Ask = {}): Promise<HistoryPage> {
    const { limit, since, before, reverse, ...ask } = query;
    return (await this.#core.request("room", "history", { limit, since, before, reverse }, { ...ask, room })) as unknown as HistoryPage;
  }

  /** The rooms that this session is in, as the gateway knows them. */
  async list(ask: Ask = {}): Promise<readonly ListedRoom[]> {
    const answer = (await this.#core.request("room", "list", undefined, ask)) as { rooms?: Json } | undefined;
    return (answer?.rooms ?? []) as unknown as ListedRoom[];
  }
}

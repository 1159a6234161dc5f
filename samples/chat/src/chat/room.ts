import type { Client, Envelope, HistoryPage, HistoryPosition, HistoryQuery, Member } from "wsprism";
import { prefix } from "../settings";
import { inSomeSession, isUnsure, patient } from "./asking";
import { isSaid, lineOf, merge, type Line } from "./lines";
import { Store } from "./store";
import { Typists } from "./typists";
import { explainError } from "./words";

/** What this user said and the room has not said yet. */
export interface Outgoing {
  readonly key: number;
  readonly text: string;
  readonly ts: number;
  /** `unsure`: no answer came, and it may have been said all the same. */
  readonly status: "sending" | "sent" | "unsure" | "refused";
  readonly problem?: string;
}

export interface RoomState {
  readonly lines: readonly Line[];
  /** Where the history stood when it was read: lines that end before it are not all. */
  readonly head?: HistoryPosition;
  readonly hasOlder: boolean;
  readonly outbox: readonly Outgoing[];
  readonly people: readonly Member[];
  readonly typing: readonly string[];
  readonly unread: number;
  /** Why this user is not in the room. */
  readonly outside?: string | undefined;
}

const typingToldMs = 2_500;
// The room says it a moment after the answer. Should it not, since the connection broke, the history has it.
const sentShownMs = 5_000;
// Of a room that goes on and on the oldest go: they can be read again.
const maxLines = 1_000;

let lastKey = 0;

/** A room as this page knows it. */
export class Room extends Store<RoomState> {
  readonly name: string;
  readonly id: string;
  /** Somebody looks at it: nothing is unread. */
  isSeen = false;

  readonly #client: Client;
  readonly #typists = new Typists((typing) => this.#update({ typing }));
  #typingToldAt = -Infinity;
  #sent = Promise.resolve();
  #counted = 0;
  #isRead = false;

  constructor(client: Client, name: string) {
    super({ lines: [], hasOlder: false, outbox: [], people: [], typing: [], unread: 0 });
    this.#client = client;
    this.name = name;
    this.id = prefix + name;
    client.presence.watch(this.id, (users) => this.#update({ people: [...users.values()] }));
    client.subscribe({ room: this.id }, (envelope) => this.#hear(envelope));
    client.chat.onTyping(({ from }) => from !== client.session?.user && this.#typists.types(from), this.id);
  }

  /** Joins, and reads what was said before. */
  async enter(): Promise<void> {
    try {
      await inSomeSession(() => this.#client.rooms.join(this.id, { active: false, ...patient }));
    } catch (error) {
      return this.shutOut(explainError(error));
    }
    this.#update({ outside: undefined });
    await this.catchUp();
  }

  shutOut(why: string): void {
    this.#update({ outside: why, people: [] });
  }

  /** Reads the newest page: the first time, and where the client could not come back to what it had seen. What is still missing then shows as a gap. */
  async catchUp(): Promise<void> {
    const page = await inSomeSession(() => this.#read({})).catch(() => undefined); // where it may not be read there is none to show
    const { epoch } = this.#client.rooms.get(this.id) ?? {};
    this.#update({ head: page && epoch ? { epoch: page.epoch, offset: page.last } : { epoch: this.#client.session?.id ?? "", offset: this.#counted } });
    this.#isRead = true;
  }

  async readOlder(): Promise<void> {
    const { epoch, offset } = this.get().lines[0]!;
    await this.#read({ before: { epoch, offset } }).catch(() => undefined); // the button is still there
  }

  /** Shows the text at once, and says it. */
  async say(text: string): Promise<void> {
    const mine: Outgoing = { key: ++lastKey, text, ts: this.#client.clock.now(), status: "sending" };
    this.#update({ outbox: [...this.get().outbox, mine] });
    this.#typingToldAt = -Infinity;
    // One after the other: so they stay in their order where one has to wait.
    const sent = this.#sent.then(() => this.#client.chat.send(text, { room: this.id, ...patient }));
    this.#sent = sent.catch(() => {});
    const outcome = await sent.then(
      () => ({ status: "sent" as const }),
      (error: unknown) => ({ status: isUnsure(error) ? ("unsure" as const) : ("refused" as const), problem: explainError(error) }),
    );
    if (outcome.status === "sent") setTimeout(() => this.forget(mine), sentShownMs);
    this.#update({ outbox: this.get().outbox.map((one) => (one.key === mine.key ? { ...one, ...outcome } : one)) });
  }

  sayAgain(mine: Outgoing): void {
    this.forget(mine);
    void this.say(mine.text);
  }

  forget({ key }: Outgoing): void {
    this.#update({ outbox: this.get().outbox.filter((one) => one.key !== key) });
  }

  /** Tells the others now and then, as long as there are keystrokes. */
  typing(): void {
    if (performance.now() - this.#typingToldAt < typingToldMs) return;
    this.#typingToldAt = performance.now();
    this.#client.chat.typing(this.id);
  }

  seen(): void {
    if (this.get().unread > 0) this.#update({ unread: 0 });
  }

  async #read(query: HistoryQuery): Promise<HistoryPage> {
    const page = await this.#client.rooms.history(this.id, { limit: 50, ...query, ...patient });
    this.#put(page.messages.map((message) => lineOf(message, { epoch: page.epoch, offset: message.offset! })), query.before === undefined);
    const top = this.get().lines[0];
    if (top?.epoch !== page.epoch) this.#update({ hasOlder: false });
    else if (query.before || top.offset === page.messages[0]?.offset) this.#update({ hasOlder: page.more });
    return page;
  }

  #hear(envelope: Envelope): void {
    const epoch = this.#client.rooms.get(this.id)?.epoch;
    if (envelope.offset !== undefined && epoch !== undefined) this.#put([lineOf(envelope, { epoch, offset: envelope.offset })], true);
    // A room without a history: this page counts by itself, as long as its session lasts.
    else if (isSaid(envelope)) this.#put([lineOf(envelope, { epoch: this.#client.session!.id, offset: ++this.#counted })], true);
  }

  #put(lines: readonly Line[], areNew: boolean): void {
    const { lines: before, hasOlder, outbox, unread } = this.get();
    const merged = merge(before, lines);
    const known = new Set(before);
    const news = areNew ? merged.filter((line) => line.text !== undefined && !known.has(line)) : [];
    const me = this.#client.session?.user;
    const waiting = [...outbox];
    for (const { from, text } of news) {
      this.#typists.stops(from);
      if (from === me) drop(waiting, text!);
    }
    const isLong = areNew && merged.length > maxLines;
    this.#update({
      lines: isLong ? merged.slice(-maxLines) : merged,
      hasOlder: hasOlder || isLong,
      outbox: waiting,
      unread: this.isSeen || !this.#isRead ? unread : unread + news.filter(({ from }) => from !== me).length,
    });
  }

  #update(changes: Partial<RoomState>): void {
    this.set({ ...this.get(), ...changes });
  }
}

/** The room has said it. In these words, the first of them; or in others, where the gateway has a filter that changes what is said. */
function drop(waiting: Outgoing[], text: string): void {
  const same = waiting.findIndex((mine) => mine.text === text && mine.status !== "refused");
  const at = same >= 0 ? same : waiting.findIndex((mine) => mine.status === "sent");
  if (at >= 0) waiting.splice(at, 1);
}

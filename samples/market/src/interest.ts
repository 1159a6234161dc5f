import { WsPrismError, type Client, type MarketSubscription } from "wsprism";
import type { Instrument } from "../shared/instruments.js";
import { MARKET, Quote } from "../shared/quote.js";
import type { Board } from "./board.js";

// Rows are subscribed to by the chunk, the ones on screen and one more on each side: a wheel that turns a little asks for nothing.
const chunkRows = 20;
// The gateway's bound is 256 instruments a session, `market.max_keys_per_session`.
const maxChunks = 12;

/** Keeps the session subscribed to what is on screen, and to nothing else. */
export class Interest {
  /** Told what went wrong, in words. */
  onError: (error: unknown) => void = () => {};

  readonly #client: Client;
  readonly #board: Board;
  readonly #standing = new Map<number, { keys: readonly number[]; subscription: MarketSubscription }>();
  #over: MarketSubscription[] = [];
  #view: readonly Instrument[] = [];
  #first = 0;
  #last = -1;
  #maxHz: number | undefined;
  #generation = 0;
  #busy = false;

  constructor(client: Client, board: Board) {
    this.#client = client;
    this.#board = board;
    client.market.onStale((keys) => board.mark(keys, true));
    client.market.onLive((keys) => board.mark(keys, false));
    // After a lost session the library has subscribed again by itself. Whoever scrolled meanwhile gets what they see now.
    // A client that was closed begins with nothing.
    client.on("state", ({ state }) => {
      if (state === "closed") this.#standing.clear();
      if (state === "open") void this.#settle();
    });
  }

  /** Other rows, or the same in another order, seen from the first one. */
  set view(view: readonly Instrument[]) {
    this.#view = view;
    this.#first = 0;
    this.#last = -1;
    this.#renew();
  }

  /** How many updates of an instrument a second are wanted at most; undefined: each. */
  set maxHz(maxHz: number | undefined) {
    this.#maxHz = maxHz;
    this.#renew();
  }

  /** These rows of the view are on screen. */
  show(first: number, last: number): void {
    this.#first = first;
    this.#last = last;
    void this.#settle();
  }

  #renew(): void {
    this.#generation++;
    this.#over.push(...[...this.#standing.values()].map(({ subscription }) => subscription));
    this.#standing.clear();
    void this.#settle();
  }

  // One at a time: who scrolls fast gets where they stop, not all that they passed.
  async #settle(): Promise<void> {
    if (this.#busy || this.#client.state !== "open") return;
    this.#busy = true;
    let isLost = false;
    try {
      while (await this.#step());
      this.#board.keepOnly(new Set([...this.#standing.values()].flatMap(({ keys }) => keys)));
    } catch (error) {
      isLost = error instanceof WsPrismError && error.code === "SESSION_LOST";
      if (!isLost) this.onError(error);
    }
    this.#busy = false;
    if (isLost) void this.#settle(); // the next session may be there already, and has told so while this was busy
  }

  async #step(): Promise<boolean> {
    const wanted = this.#wanted();
    for (const [chunk, { subscription }] of this.#standing)
      if (!wanted.includes(chunk)) {
        this.#over.push(subscription);
        this.#standing.delete(chunk);
      }
    const missing = wanted.filter((chunk) => !this.#standing.has(chunk));
    if (!missing.length && !this.#over.length) return false;

    // What is over goes first, so that both together are never too many.
    await Promise.all(this.#over.splice(0).map((subscription) => subscription.unsubscribe()));
    await Promise.all(missing.map((chunk) => this.#subscribe(chunk)));
    return true;
  }

  #wanted(): number[] {
    const end = Math.ceil(this.#view.length / chunkRows);
    const from = Math.max(0, Math.floor(this.#first / chunkRows) - 1);
    const to = Math.min(end, Math.floor(this.#last / chunkRows) + 2, from + maxChunks);
    return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
  }

  async #subscribe(chunk: number): Promise<void> {
    const generation = this.#generation;
    const keys = this.#view.slice(chunk * chunkRows, (chunk + 1) * chunkRows).map(({ key }) => key);
    const subscription = await this.#client.market.subscribe(
      keys,
      ({ key, payload }) => this.#board.put(key, payload && Quote.decode(payload)), // an empty one: the value was taken away
      { svcId: MARKET, rateLimitRetries: 5, ...(this.#maxHz !== undefined && { maxHz: this.#maxHz }) },
    );
    const stale = new Set(subscription.stale);
    this.#board.mark(keys.filter((key) => !stale.has(key)), false);
    this.#board.mark(stale, true);
    if (generation === this.#generation) this.#standing.set(chunk, { keys, subscription });
    else this.#over.push(subscription);
  }
}

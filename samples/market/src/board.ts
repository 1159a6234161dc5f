import type { ValueOf } from "wsprism";
import type { Quote } from "../shared/quote.js";

/** What is known of one instrument. */
export interface Entry {
  quote: ValueOf<typeof Quote> | undefined;
  /** Nobody says that it is still good. */
  stale: boolean;
  /** Counts changes: who paints compares it with what was painted last. */
  version: number;
}

/** The newest quote of each instrument that is subscribed to. Takes thousands of updates a second, so it tells nobody: rows look when they are painted. */
export class Board {
  readonly #entries = new Map<number, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  get(key: number): Entry | undefined {
    return this.#entries.get(key);
  }

  put(key: number, quote: Entry["quote"]): void {
    this.#change(key, (entry) => (entry.quote = quote));
  }

  mark(keys: Iterable<number>, stale: boolean): void {
    for (const key of keys) this.#change(key, (entry) => (entry.stale = stale));
  }

  /** Forgets what is not subscribed to: an old price that looks like one of now is worse than none. */
  keepOnly(keys: ReadonlySet<number>): void {
    for (const key of this.#entries.keys()) if (!keys.has(key)) this.#entries.delete(key);
  }

  #change(key: number, change: (entry: Entry) => void): void {
    let entry = this.#entries.get(key);
    if (!entry) this.#entries.set(key, (entry = { quote: undefined, stale: false, version: 0 }));
    change(entry);
    entry.version++;
  }
}

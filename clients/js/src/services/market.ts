import { call, Emitter, type Unsubscribe } from "../emitter.js";
import type { Hot } from "../hot/hot.js";
import { count, fields, type Json } from "../json.js";
import { forced, type InternalOptions } from "../requests.js";
import { listen, type Ask, type Core } from "./core.js";

/** The newest value of an instrument. */
export interface MarketValue {
  /** The instrument. */
  readonly key: number;
  /** Opcode: an instrument may have several values, bid and ask for example. */
  readonly op: number;
  readonly seq?: number | undefined;
  /** The value's bytes, in format `hot`, and in `json` where it is no JSON; empty where it was taken away. */
  readonly payload?: Uint8Array;
  /** The value, in format `json`. */
  readonly data?: Json;
}

/** How values are wanted. */
export interface MarketOptions {
  /** So many of an instrument a second at most. */
  maxHz?: number | undefined;
  /** `hot`, which is the default: bytes; `json`: in text. */
  format?: "hot" | "json" | undefined;
  /** The svc_id of the market, where the tenant gave it another one: 2 */
  svcId?: number | undefined;
}

/** A subscription that stands. */
export interface MarketSubscription {
  /** How many instruments the session is subscribed to. */
  readonly keys: number;
  /** Those asked for that have no value yet. */
  readonly empty: readonly number[];
  /** Those of which nobody says that the value is still good. */
  readonly stale: readonly number[];
  /** No more of these. */
  unsubscribe(): Promise<void>;
}

interface Wanted {
  readonly keys: ReadonlySet<number>;
  readonly options: MarketOptions;
  stop: Unsubscribe;
  /** The gateway has answered: it is made again after a lost session. */
  stands?: boolean;
}

interface Marks {
  stale: readonly number[];
  live: readonly number[];
}

/** Last values and their updates. Subscriptions are made again by themselves when a session is lost. */
export class Market {
  readonly #core: Core;
  readonly #hot: Hot;
  readonly #wanted = new Set<Wanted>();
  readonly #marks = new Emitter<Marks>();

  /** @internal */
  constructor(core: Core, hot: Hot) {
    this.#core = core;
    this.#hot = hot;
    for (const mark of ["stale", "live"] as const) listen<{ keys?: unknown }>(core, { svc: "market", type: mark }, ({ keys }) => this.#tell(mark, keysOf(keys)));
  }

  /** Calls the listener with the last value of each instrument, and with each that comes after it. */
  async subscribe(keys: readonly number[], listener: (value: MarketValue) => void, options: MarketOptions & Ask = {}): Promise<MarketSubscription> {
    const { maxHz: _, format, svcId: __, ...ask } = options;
    const wanted: Wanted = { keys: new Set(keys), options, stop: () => {} };
    wanted.stop = format === "json" ? this.#listenText(wanted, listener) : this.#listenHot(wanted, listener);
    this.#wanted.add(wanted);
    try {
      const answer = fields(await this.#ask(wanted, ask, () => (wanted.stands = true)));
      return {
        keys: count(answer?.keys) ?? 0,
        empty: keysOf(answer?.empty),
        stale: keysOf(answer?.stale),
        unsubscribe: async () => {
          this.#end(wanted);
          const others = [...this.#wanted].flatMap((other) => [...other.keys]);
          const last = [...wanted.keys].filter((key) => !others.includes(key));
          if (last.length) await this.#core.request("market", "unsubscribe", { keys: last }, {});
        },
      };
    } catch (error) {
      this.#end(wanted);
      throw error;
    }
  }

  /** Nobody says any more that these values are good. After a lost session it is told anew, where that is so. */
  onStale(listener: (keys: readonly number[]) => void): Unsubscribe {
    return this.#marks.on("stale", listener);
  }

  /** Somebody does again. After a lost session it is told anew, where that is so. */
  onLive(listener: (keys: readonly number[]) => void): Unsubscribe {
    return this.#marks.on("live", listener);
  }

  /** @internal Another session, which knows of no subscription. */
  restore(): void {
    for (const wanted of this.#wanted) if (wanted.stands) this.#ask(wanted, forced, (answer) => this.#remark(wanted, answer)).catch(() => {});
  }

  /** @internal The client begins anew: what was subscribed to is over. */
  clear(): void {
    for (const wanted of [...this.#wanted]) this.#end(wanted);
  }

  #end(wanted: Wanted): void {
    wanted.stop();
    this.#wanted.delete(wanted);
  }

  // Which values are good may have changed while there was no session to hear it.
  #remark({ keys }: Wanted, answer: Json | undefined): void {
    const { empty, stale } = fields(answer) ?? {};
    const old = keysOf(stale);
    const without = new Set([...old, ...keysOf(empty)]);
    this.#tell("stale", old.filter((key) => keys.has(key)));
    this.#tell("live", [...keys].filter((key) => !without.has(key)));
  }

  #tell(mark: keyof Marks, keys: readonly number[]): void {
    if (keys.length) this.#marks.emit(mark, keys);
  }

  #ask({ keys, options }: Wanted, ask: InternalOptions, onAck: (answer: Json | undefined) => void): Promise<Json | undefined> {
    const { maxHz, format, svcId = 2 } = options;
    return this.#core.request("market", "subscribe", { keys: [...keys], max_hz: maxHz, format }, {
      ...ask,
      // Values come right behind the answer, and their numbers may have been seen before.
      onAck: (answer) => {
        this.#hot.forget(svcId, keys);
        onAck(answer);
      },
    });
  }

  #listenHot({ keys, options }: Wanted, listener: (value: MarketValue) => void): Unsubscribe {
    return this.#hot.subscribe({ svcId: options.svcId ?? 2 }, ({ key, opcode, seq, payload }) => {
      if (key !== undefined && keys.has(key)) listener({ key, op: opcode, seq, payload });
    });
  }

  #listenText({ keys }: Wanted, listener: (value: MarketValue) => void): Unsubscribe {
    return listen<{ values?: unknown }>(this.#core, { svc: "market", type: "update" }, ({ values }) => {
      if (!Array.isArray(values)) return;
      for (const value of values.map(fields))
        if (value && keys.has(value.key as number)) {
          const { data_base64: base64, ...rest } = value;
          call(listener, { ...rest, ...(typeof base64 === "string" && { payload: bytes(base64) }) } as unknown as MarketValue);
        }
    });
  }
}

// What comes is looked at before it is believed.
const keysOf = (said: unknown): number[] => (Array.isArray(said) ? said.filter((key) => count(key) !== undefined) : []);

function bytes(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

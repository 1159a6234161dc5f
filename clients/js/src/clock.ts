interface Sample {
  at: number;
  low: number;
  high: number;
}

// Two clocks of quartz go apart by less than 100 parts in a million.
const Drift = 1 / 10_000;
const Kept = 16;

/**
 * The gateway's clock as seen from here. Each ping says that the true offset lies in a span, so it lies where the spans overlap.
 * `docs/clock.md` says why that is all one can know.
 */
export class Clock {
  #samples: Sample[] = [];
  #rtts: number[] = [];

  /** True when at least one ping was answered in this session. */
  get synced(): boolean {
    return this.#samples.length > 0;
  }

  /** How far off {@link now} may be at most, in milliseconds; `Infinity` before the first answer. */
  get errorBoundMs(): number {
    return this.#span()?.bound ?? Infinity;
  }

  /** What must be added to `Date.now()` to have the gateway's time; 0 before the first answer. */
  get offsetMs(): number {
    return this.now() - Date.now();
  }

  /** How long pings took there and back, over the last ones; undefined before the first answer. */
  get latency(): { readonly lastMs: number; readonly minMs: number; readonly averageMs: number } | undefined {
    const lastMs = this.#rtts.at(-1);
    if (lastMs === undefined) return undefined;
    return { lastMs, minMs: Math.min(...this.#rtts), averageMs: this.#rtts.reduce((sum, rtt) => sum + rtt) / this.#rtts.length };
  }

  /** The gateway's time, in milliseconds since 1970; this machine's own before the first answer. */
  now(): number {
    const span = this.#span();
    return span ? performance.now() + span.offset : Date.now();
  }

  /** @internal A ping left at `sent` and its pong was there at `received`, both by `performance.now()`. */
  add(sent: number, serverTimeMs: number, received: number): void {
    this.#rtts = [...this.#rtts.slice(1 - Kept), received - sent];
    this.#samples = [...this.#samples.slice(1 - Kept), { at: sent, low: serverTimeMs - received, high: serverTimeMs + 1 - sent }];
    if (!this.#span()) this.#samples = this.#samples.slice(-1); // no overlap: somebody has set a clock
  }

  /** @internal Another gateway, another clock. */
  reset(): void {
    this.#samples = [];
    this.#rtts = [];
  }

  #span(): { offset: number; bound: number } | undefined {
    const now = performance.now();
    let low = -Infinity;
    let high = Infinity;
    for (const sample of this.#samples) {
      const drift = (now - sample.at) * Drift;
      low = Math.max(low, sample.low - drift);
      high = Math.min(high, sample.high + drift);
    }
    return this.synced && low <= high ? { offset: (low + high) / 2, bound: (high - low) / 2 } : undefined;
  }
}

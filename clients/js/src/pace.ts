/**
 * How fast may be sent, as `sys.budget` has it: a token bucket, a little slower and shallower than the gateway's own, since messages bunch up on
 * the way and pings count too.
 */
export class Pace {
  // Before the first budget little is known: slowly.
  #perMs = 20 / 1000;
  #depth = 5;
  #tokens = 5;
  #at = performance.now();

  /** A new budget; in a new session the bucket is full. */
  set(rps: number, burst: number, isNew: boolean): void {
    this.#fill();
    this.#perMs = (rps * 0.95) / 1000;
    this.#depth = Math.max(1, burst / 2);
    this.#tokens = isNew ? this.#depth : Math.min(this.#tokens, this.#depth);
  }

  /** Something was sent, whether there was a token for it or not. */
  spend(): void {
    this.#fill();
    this.#tokens = Math.max(this.#tokens - 1, -this.#depth);
  }

  /** How long until there is a token; 0 where there is one. */
  waitMs(): number {
    this.#fill();
    return this.#tokens >= 1 ? 0 : (1 - this.#tokens) / this.#perMs;
  }

  #fill(): void {
    const now = performance.now();
    this.#tokens = Math.min(this.#depth, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
  }
}

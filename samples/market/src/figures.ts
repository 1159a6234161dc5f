import type { Client } from "wsprism";

const set = (id: string, text: string | number): void => {
  document.getElementById(id)!.textContent = String(text);
};
const ms = (value: number): string => `${value.toFixed(1)} ms`;

/** What the last second was like: the library counts updates and what was skipped, this counts frames. */
export class Figures {
  readonly #client: Client;
  #before = { received: 0, gaps: 0 };
  #since = performance.now();
  #lastFrame = performance.now();
  #frames = 0;
  #slowest = 0;
  #painting = 0;

  constructor(client: Client) {
    this.#client = client;
    let long = 0;
    if (PerformanceObserver.supportedEntryTypes.includes("longtask"))
      new PerformanceObserver((list) => set("long", (long += list.getEntries().length))).observe({ entryTypes: ["longtask"] });
    document.addEventListener("visibilitychange", () => this.#restart(performance.now())); // a hidden page has no frames
  }

  /** One frame more, of which this page's own painting took so long. */
  frame(paintingMs: number, subscribed: number): void {
    const now = performance.now();
    this.#slowest = Math.max(this.#slowest, now - this.#lastFrame);
    this.#lastFrame = now;
    this.#painting = Math.max(this.#painting, paintingMs);
    this.#frames++;
    const seconds = (now - this.#since) / 1000;
    if (seconds < 1) return;

    const { received, gaps } = this.#client.hot.stats;
    set("received", Math.round((received - this.#before.received) / seconds));
    set("conflated", Math.round((gaps - this.#before.gaps) / seconds));
    set("subscribed", subscribed);
    set("frames", Math.round(this.#frames / seconds));
    set("slowest", ms(this.#slowest));
    set("painting", ms(this.#painting));
    this.#before = { received, gaps };
    this.#restart(now);
  }

  #restart(now: number): void {
    this.#since = this.#lastFrame = now;
    this.#frames = this.#slowest = this.#painting = 0;
  }
}

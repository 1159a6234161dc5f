import type { Settings } from "./options.js";

/** Full jitter: anything from 0 to a bound that doubles with each attempt, so that clients that lost their gateway together do not come back together. */
export const backoff = (attempt: number, { baseMs, maxMs }: Pick<Settings, "baseMs" | "maxMs">, random = Math.random): number =>
  random() * Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));

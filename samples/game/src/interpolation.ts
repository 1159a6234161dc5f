// Others are drawn as they were a moment ago: between two states that have both come. States come with a time (the gateway's), so it
// does not matter how long each was on its way, and the picture is smooth at any rate of states.
import { turned } from "./simulation.js";

/** How far behind the gateway's clock others are drawn: two ticks of 20 Hz and what the way takes. Less is quicker and jumps more often. */
export const DelayMs = 130;

/** Where nothing newer has come a ship flies on for so long, straight ahead; then it stops. */
export const ExtrapolationMs = 250;

// A ship that stands still says so once a second (player.ts): it may be silent for longer.
const RestPatienceMs = 2500;
const FadeMs = 750;
// States of one ship that moves are closer together than this: one that comes later has begun to move lately.
const LongestStepMs = 100;
const Kept = 64;

export interface Motion {
  t: number;
  x: number;
  y: number;
  vx: number;
  vy: number;
  angle: number;
  life: number;
}

/** A state as it is to be drawn, and how far it can be believed: 1 is fresh, 0 is nothing but a memory. */
export type Seen<S> = { state: S; freshness: number };

/** The last states of one ship, and where it was between them. */
export class StateBuffer<S extends Motion> {
  /** When a state came last, by the gateway's clock. */
  heardAt = 0;
  #states: S[] = [];

  /** The newest state. */
  get newest(): S | undefined {
    return this.#states.at(-1);
  }

  /** A state has come; `now` is the gateway's time. False where it is older than what is known. */
  push(state: S, now: number): boolean {
    // A sender's clock may be wrong, or it may lie: nobody is ahead of the time.
    const kept = { ...state, t: Math.min(state.t, now) };
    if (this.newest && kept.t <= this.newest.t) return false;
    this.#states.push(kept);
    this.heardAt = now;
    if (this.#states.length > Kept) this.#states.shift();
    return true;
  }

  /** How it was at a time, which goes on from call to call; undefined before the first state. */
  at(time: number): Seen<S> | undefined {
    while (this.#states.length > 1 && this.#states[1]!.t <= time) this.#states.shift();
    const [from, to] = this.#states;
    if (!from) return undefined;
    if (time < from.t) return { state: from, freshness: 1 };
    return to ? { state: between(from, to, time), freshness: 1 } : beyond(from, time);
  }
}

function between<S extends Motion>(from: S, to: S, time: number): S {
  if (from.life !== to.life) return from; // it was set down elsewhere
  const start = Math.max(from.t, to.t - LongestStepMs);
  const share = Math.max(0, (time - start) / (to.t - start));
  const mix = (a: number, b: number): number => a + (b - a) * share;
  return {
    ...from,
    x: mix(from.x, to.x),
    y: mix(from.y, to.y),
    vx: mix(from.vx, to.vx),
    vy: mix(from.vy, to.vy),
    angle: turned(from.angle, turned(to.angle, -from.angle) * share),
  };
}

function beyond<S extends Motion>(last: S, time: number): Seen<S> {
  const age = time - last.t;
  const moves = last.vx !== 0 || last.vy !== 0;
  const aheadS = Math.min(age, ExtrapolationMs) / 1000;
  const patience = moves ? ExtrapolationMs : RestPatienceMs;
  return {
    state: { ...last, x: last.x + last.vx * aheadS, y: last.y + last.vy * aheadS },
    freshness: 1 - Math.min(1, Math.max(0, age - patience) / FadeMs),
  };
}

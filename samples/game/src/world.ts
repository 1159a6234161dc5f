// What there is besides the own ship: other ships, shots, and what is left of those that were hit.
import { StateBuffer } from "./interpolation.js";
import type { Hit, ShipState, Shot } from "./protocol.js";
import { shotAt, ShotLifeMs, touches } from "./simulation.js";

// Silent for longer, and nobody said that it left: not there any more.
const ForgottenMs = 15_000;
const BlastMs = 600;
// More than anybody can fire: who sends more of them is not drawn. Nor is what comes while the page is not seen, and nothing is pruned.
const MaxShots = 500;
const MaxBlasts = 50;

export interface Fired extends Shot {
  by: number;
  /** Own shots are where they are now; those of others are drawn as late as their ships. */
  isOwn: boolean;
}

export interface Blast {
  x: number;
  y: number;
  startMs: number;
  handle: number;
}

export class World {
  /** By the handle of their session. */
  readonly ships = new Map<number, StateBuffer<ShipState>>();
  shots: Fired[] = [];
  blasts: Blast[] = [];

  shipCame(handle: number, state: ShipState, now: number): void {
    let buffer = this.ships.get(handle);
    if (!buffer) this.ships.set(handle, (buffer = new StateBuffer<ShipState>()));
    buffer.push(state, now);
  }

  shotCame(by: number, shot: Shot, isOwn: boolean): void {
    if (this.shots.length < MaxShots) this.shots.push({ ...shot, by, isOwn });
  }

  /** Somebody was hit: the shot is gone, and there is something to see. */
  hitCame(handle: number, { by, id, x, y }: Hit): void {
    this.shots = this.shots.filter((shot) => shot.by !== by || shot.id !== id);
    if (this.blasts.length < MaxBlasts) this.blasts.push({ x, y, startMs: performance.now(), handle });
  }

  /** The gateway says that a player has left. */
  left(handle: number): void {
    this.ships.delete(handle);
  }

  /** These are there, and nobody else. */
  keepOnly(handles: ReadonlySet<number>): void {
    for (const handle of this.ships.keys()) if (!handles.has(handle)) this.ships.delete(handle);
  }

  clear(): void {
    this.ships.clear();
    this.shots = [];
  }

  /** The shot of somebody else that touches a ship between two times. */
  shotThatTouches(ship: { x: number; y: number }, from: number, to: number): Fired | undefined {
    return this.shots.find((shot) => !shot.isOwn && touches(shot, from, to, ship));
  }

  /** Takes away what is over at the gateway's time `now`, while others are drawn as at `time`. */
  prune(now: number, time: number): void {
    for (const [handle, { heardAt }] of this.ships) if (now - heardAt > ForgottenMs) this.ships.delete(handle);
    this.shots = this.shots.filter((shot) => {
      const at = shot.isOwn ? now : time;
      return shotAt(shot, at) !== undefined || (at < shot.t && shot.t - at < ShotLifeMs);
    });
    this.blasts = this.blasts.filter((blast) => performance.now() - blast.startMs < BlastMs);
  }
}

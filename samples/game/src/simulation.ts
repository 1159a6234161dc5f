// How ships and shots move. Knows nothing of the network, the screen or the clock.

/** The arena, in units of its own. */
export const Arena = { width: 1600, height: 1000 };

/** The simulation goes in steps of one length, whatever the screen does: the same keys lead to the same place everywhere. */
export const StepS = 1 / 60;

export const ShipRadius = 14;
export const ShotLifeMs = 1100;

const TurnPerS = 3.8;
const ThrustPerS2 = 420;
const DragPerS = 0.7;
const Bounce = 0.6;
const ShotSpeed = 560;
const ReloadS = 0.28;
const ShieldS = 2;
// Slower than this is standing still.
const RestSpeed = 2;

export interface Keys {
  left: boolean;
  right: boolean;
  thrust: boolean;
  fire: boolean;
}

export interface Ship {
  x: number;
  y: number;
  vx: number;
  vy: number;
  angle: number;
  life: number;
  reloadS: number;
  shieldS: number;
}

export interface Flying {
  t: number;
  x: number;
  y: number;
  vx: number;
  vy: number;
}

export const newShip = (random: () => number = Math.random): Ship => ({ ...somewhere(random), life: 0, reloadS: 0, shieldS: ShieldS });

/** Puts a ship that was hit down elsewhere. */
export function revive(ship: Ship, random: () => number = Math.random): void {
  Object.assign(ship, somewhere(random), { life: (ship.life + 1) & 0xff, shieldS: ShieldS });
}

/** One step of a ship. True where it fires in it. */
export function stepShip(ship: Ship, keys: Keys): boolean {
  ship.angle = turned(ship.angle, (Number(keys.right) - Number(keys.left)) * TurnPerS * StepS);
  const thrust = keys.thrust ? ThrustPerS2 * StepS : 0;
  const drag = 1 - DragPerS * StepS;
  ship.vx = (ship.vx + Math.cos(ship.angle) * thrust) * drag;
  ship.vy = (ship.vy + Math.sin(ship.angle) * thrust) * drag;
  if (!keys.thrust && Math.hypot(ship.vx, ship.vy) < RestSpeed) ship.vx = ship.vy = 0;
  [ship.x, ship.vx] = bounced(ship.x + ship.vx * StepS, ship.vx, Arena.width);
  [ship.y, ship.vy] = bounced(ship.y + ship.vy * StepS, ship.vy, Arena.height);
  ship.shieldS = Math.max(0, ship.shieldS - StepS);
  ship.reloadS = Math.max(0, ship.reloadS - StepS);
  if (!keys.fire || ship.reloadS > 0) return false;
  ship.reloadS = ReloadS;
  return true;
}

/** What a ship fires now. */
export function fire(ship: Ship, t: number): Flying {
  const [cos, sin] = [Math.cos(ship.angle), Math.sin(ship.angle)];
  return { t, x: ship.x + cos * ShipRadius, y: ship.y + sin * ShipRadius, vx: ship.vx + cos * ShotSpeed, vy: ship.vy + sin * ShotSpeed };
}

/** Where a shot is at a time; undefined where it is not any more, or not yet. */
export function shotAt(shot: Flying, t: number): { x: number; y: number } | undefined {
  const age = t - shot.t;
  const [x, y] = [shot.x + (shot.vx * age) / 1000, shot.y + (shot.vy * age) / 1000];
  return age < 0 || age > ShotLifeMs || x < 0 || y < 0 || x > Arena.width || y > Arena.height ? undefined : { x, y };
}

/** Whether a shot touches a ship on its way from one time to another, looked at closely enough that it cannot jump over it. */
export function touches(shot: Flying, from: number, to: number, ship: { x: number; y: number }): boolean {
  for (let t = Math.max(from, shot.t); t <= Math.min(to, shot.t + ShotLifeMs); t += 10) {
    const at = shotAt(shot, t);
    if (at && Math.hypot(at.x - ship.x, at.y - ship.y) < ShipRadius) return true;
  }
  return false;
}

/** An angle plus another, from -π to π. */
export const turned = (angle: number, by: number): number => Math.atan2(Math.sin(angle + by), Math.cos(angle + by));

/** Calls for as many steps as the time that has passed has in it, and keeps the rest for the next time. */
export class FixedSteps {
  #restS = 0;

  /** Answers how far the time is between the last step and the next one, from 0 to 1. */
  advance(elapsedS: number, step: () => void): number {
    // Where the screen stood still for long nobody wants to have it all made up for.
    this.#restS = Math.min(this.#restS + elapsedS, 0.25);
    for (; this.#restS >= StepS; this.#restS -= StepS) step();
    return this.#restS / StepS;
  }
}

function somewhere(random: () => number): Pick<Ship, "x" | "y" | "vx" | "vy" | "angle"> {
  return { x: Arena.width * (0.1 + 0.8 * random()), y: Arena.height * (0.1 + 0.8 * random()), vx: 0, vy: 0, angle: Math.PI * (2 * random() - 1) };
}

function bounced(at: number, speed: number, size: number): [number, number] {
  if (at < ShipRadius) return [ShipRadius, Math.abs(speed) * Bounce];
  if (at > size - ShipRadius) return [size - ShipRadius, -Math.abs(speed) * Bounce];
  return [at, speed];
}

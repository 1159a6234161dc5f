// The own ship. Its keys count at once, and what comes of them is sent: this client decides where its ship is, and whether it was hit.
import type { Network } from "./network.js";
import { isSane, type Hit, type ShipState } from "./protocol.js";
import { fire, newShip, revive, StepS, stepShip, type Keys, type Ship } from "./simulation.js";
import type { World } from "./world.js";

// Thirty states a second: one and a half for each tick of the room, so that none is without a new one. What is too much for the
// gateway's budget the conflating sender leaves out.
const SendEverySteps = 2;
// Nothing has changed: say so all the same, for others fade who say nothing.
const RestEverySteps = 1 / StepS;

export class Player {
  readonly ship: Ship = newShip();
  /** As it was one step before: what is drawn is between the two. */
  before: Ship = { ...this.ship };
  keys: Keys = { left: false, right: false, thrust: false, fire: false };
  score = 0;

  readonly #network: Network;
  readonly #world: World;
  #stepsSinceSent = 0;
  #sent: Omit<ShipState, "t"> | undefined;
  #shots = 0;
  #checkedUntil = 0;

  constructor(network: Network, world: World) {
    this.#network = network;
    this.#world = world;
  }

  /** One step of the simulation: at once, without asking anybody. */
  step(): void {
    this.before = { ...this.ship };
    if (stepShip(this.ship, this.keys)) this.#fire();
    this.#stepsSinceSent++;
    if (this.#stepsSinceSent >= SendEverySteps && (this.#stepsSinceSent >= RestEverySteps || this.#hasChanged())) this.#send();
  }

  /** The shot of somebody else that has hit, as it was to be seen here: `time` is that of the picture. */
  checkHits(time: number): Hit | undefined {
    const shot = this.ship.shieldS > 0 ? undefined : this.#world.shotThatTouches(this.ship, this.#checkedUntil, time);
    this.#checkedUntil = time;
    if (!shot) return undefined;
    const hit = { by: shot.by, id: shot.id, x: this.ship.x, y: this.ship.y };
    this.#network.sendHit(hit);
    this.#world.hitCame(this.#network.handle, hit);
    revive(this.ship);
    this.before = { ...this.ship };
    this.#send();
    return hit;
  }

  /** The page is not seen: nobody steers. The others are told that this ship stands still. */
  rest(): void {
    this.keys = { left: false, right: false, thrust: false, fire: false };
    this.ship.vx = this.ship.vy = 0;
    this.#send();
  }

  #fire(): void {
    const shot = { ...fire(this.ship, this.#network.now()), id: ++this.#shots & 0xffff };
    this.#network.sendShot(shot);
    this.#world.shotCame(this.#network.handle, shot, true);
  }

  #send(): void {
    const state = this.#state();
    if (!isSane(state) || !this.#network.sendShip({ t: this.#network.now(), ...state })) return;
    this.#sent = state;
    this.#stepsSinceSent = 0;
  }

  #state(): Omit<ShipState, "t"> {
    const { x, y, vx, vy, angle, life, shieldS } = this.ship;
    return { x, y, vx, vy, angle, keys: { ...this.keys, shield: shieldS > 0 }, life, score: this.score };
  }

  #hasChanged(): boolean {
    return JSON.stringify(this.#state()) !== JSON.stringify(this.#sent);
  }
}

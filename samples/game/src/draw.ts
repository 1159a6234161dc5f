// The picture. Decides nothing.
import type { Player } from "./player.js";
import { Arena, ShipRadius, shotAt, turned } from "./simulation.js";
import type { World } from "./world.js";

interface Drawn {
  x: number;
  y: number;
  angle: number;
  thrust: boolean;
  shield: boolean;
  name: string;
  handle: number;
  freshness: number;
}

/** A colour of its own for each session: neighbouring numbers are far apart on the wheel. */
export const colourOf = (handle: number): string => `hsl(${(handle * 137.5) % 360} 75% var(--ship-light))`;

// How much of the arena is to be seen either way, and how small a ship may become for it.
const View = 620;
const LeastScale = 0.85;

export class Picture {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  #scale = 1;
  #ratio = 0;
  #left = 0;
  #top = 0;
  #width = 0;
  #height = 0;
  #style = { ground: "", grid: "", edge: "", text: "", light: "" };

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d")!;
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#readStyle());
    this.#readStyle();
  }

  /** From a place on the canvas to one in the arena. */
  toArena(x: number, y: number): { x: number; y: number } {
    return { x: this.#left + x / this.#scale, y: this.#top + y / this.#scale };
  }

  /** Draws the own ship as it is now, between two steps, and all others as they were at `time`. */
  draw(player: Player, world: World, handle: number, names: ReadonlyMap<number, string>, share: number, now: number, time: number): void {
    this.#resize();
    const { ship, before } = player;
    const own: Drawn = {
      x: before.x + (ship.x - before.x) * share,
      y: before.y + (ship.y - before.y) * share,
      angle: before.angle + turned(ship.angle, -before.angle) * share,
      thrust: player.keys.thrust,
      shield: ship.shieldS > 0,
      name: "you",
      handle,
      freshness: 1,
    };
    this.#look(own);
    this.#ground();
    for (const shot of world.shots) {
      const at = shotAt(shot, shot.isOwn ? now : time);
      if (at) this.#dot(at.x, at.y, 3, this.#colour(shot.by));
    }
    for (const [other, buffer] of world.ships) {
      const seen = buffer.at(time);
      if (!seen) continue;
      const { x, y, angle, keys } = seen.state;
      const drawn: Drawn = { x, y, angle, thrust: keys.thrust, shield: keys.shield, name: names.get(other) ?? `#${other}`, handle: other, freshness: seen.freshness };
      this.#ship(drawn);
      this.#pointTo(drawn);
    }
    this.#ship(own);
    for (const { x, y, startMs, handle: of } of world.blasts) this.#ring(x, y, (performance.now() - startMs) / 600, this.#colour(of));
  }

  // The view follows the ship, and shows nothing beyond the arena where it need not.
  #look({ x, y }: { x: number; y: number }): void {
    this.#scale = Math.max(LeastScale, Math.min(this.#width, this.#height) / View);
    const place = (at: number, view: number, size: number): number => (view >= size ? (size - view) / 2 : Math.min(Math.max(at - view / 2, 0), size - view));
    this.#left = place(x, this.#width / this.#scale, Arena.width);
    this.#top = place(y, this.#height / this.#scale, Arena.height);
    const ratio = this.#ratio * this.#scale;
    this.#context.setTransform(ratio, 0, 0, ratio, -this.#left * ratio, -this.#top * ratio);
  }

  #ground(): void {
    const context = this.#context;
    context.save();
    context.resetTransform();
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.restore();
    context.fillStyle = this.#style.ground;
    context.fillRect(0, 0, Arena.width, Arena.height);
    context.strokeStyle = this.#style.grid;
    context.lineWidth = 1;
    context.beginPath();
    for (let x = 100; x < Arena.width; x += 100) context.rect(x, 0, 0, Arena.height);
    for (let y = 100; y < Arena.height; y += 100) context.rect(0, y, Arena.width, 0);
    context.stroke();
    context.strokeStyle = this.#style.edge;
    context.lineWidth = 3;
    context.strokeRect(0, 0, Arena.width, Arena.height);
  }

  #ship({ x, y, angle, thrust, shield, name, handle, freshness }: Drawn): void {
    const context = this.#context;
    context.save();
    context.globalAlpha = 0.2 + 0.8 * freshness;
    context.translate(x, y);
    context.fillStyle = this.#style.text;
    context.font = `${12 / this.#scale}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.fillText(freshness > 0 ? name : `${name} …`, 0, ShipRadius + 8 + 10 / this.#scale);
    context.rotate(angle);
    if (thrust) {
      context.fillStyle = "#f08a24";
      this.#shape([-8, -5], [-17 - 6 * Math.random(), 0], [-8, 5]);
    }
    context.fillStyle = this.#colour(handle);
    this.#shape([ShipRadius, 0], [-11, -10], [-7, 0], [-11, 10]);
    context.restore();
    if (shield) this.#circle(x, y, ShipRadius + 6, this.#colour(handle), 0.6 * freshness);
  }

  // At the edge of the view: there is somebody over there.
  #pointTo({ x, y, handle, freshness }: Drawn): void {
    const [right, bottom] = [this.#left + this.#width / this.#scale, this.#top + this.#height / this.#scale];
    const at = { x: Math.min(Math.max(x, this.#left + 10), right - 10), y: Math.min(Math.max(y, this.#top + 10), bottom - 10) };
    if (Math.hypot(at.x - x, at.y - y) < ShipRadius * 2 || freshness === 0) return;
    this.#dot(at.x, at.y, 5, this.#colour(handle));
  }

  #shape(...points: readonly [number, number][]): void {
    this.#context.beginPath();
    for (const [x, y] of points) this.#context.lineTo(x, y);
    this.#context.closePath();
    this.#context.fill();
  }

  #dot(x: number, y: number, radius: number, colour: string): void {
    this.#context.fillStyle = colour;
    this.#context.beginPath();
    this.#context.arc(x, y, radius, 0, 7);
    this.#context.fill();
  }

  #ring(x: number, y: number, share: number, colour: string): void {
    this.#circle(x, y, 10 + 50 * share, colour, Math.max(0, 1 - share));
  }

  #circle(x: number, y: number, radius: number, colour: string, alpha: number): void {
    const context = this.#context;
    context.globalAlpha = alpha;
    context.strokeStyle = colour;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, radius, 0, 7);
    context.stroke();
    context.globalAlpha = 1;
  }

  #colour(handle: number): string {
    return colourOf(handle).replace("var(--ship-light)", this.#style.light);
  }

  // With each picture, for a window that goes to another screen has other pixels and no other size. A canvas that is given a size is empty: only where it is another one.
  #resize(): void {
    const { clientWidth, clientHeight } = this.#canvas;
    if (clientWidth === this.#width && clientHeight === this.#height && devicePixelRatio === this.#ratio) return;
    [this.#width, this.#height, this.#ratio] = [clientWidth, clientHeight, devicePixelRatio];
    [this.#canvas.width, this.#canvas.height] = [Math.round(clientWidth * devicePixelRatio), Math.round(clientHeight * devicePixelRatio)];
  }

  #readStyle(): void {
    const style = getComputedStyle(this.#canvas);
    const of = (name: string): string => style.getPropertyValue(name).trim();
    this.#style = { ground: of("--ground"), grid: of("--grid"), edge: of("--edge"), text: of("--text"), light: of("--ship-light") };
  }
}

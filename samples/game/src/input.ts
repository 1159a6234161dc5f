// Keyboard, mouse and touch, all of which come down to the same keys.
import { turned, type Keys, type Ship } from "./simulation.js";

const KeyNames: Record<string, keyof Keys> = {
  ArrowLeft: "left",
  KeyA: "left",
  ArrowRight: "right",
  KeyD: "right",
  ArrowUp: "thrust",
  KeyW: "thrust",
  Space: "fire",
};

export class Input {
  readonly #pressed = new Set<keyof Keys>();
  /** Where the pointer is pressed in the arena: the ship flies there. */
  #target: { x: number; y: number } | undefined;
  #mouseFires = false;
  #buttonFires = false;

  constructor(canvas: HTMLCanvasElement, fireButton: HTMLElement, toArena: (x: number, y: number) => { x: number; y: number }) {
    addEventListener("keydown", (event) => this.#key(event, true));
    addEventListener("keyup", (event) => this.#key(event, false));
    addEventListener("blur", () => this.release());

    // A second button of a mouse that is pressed is no pointerdown but a move: what counts is which ones are down.
    const steer = ({ clientX, clientY, buttons }: PointerEvent): void => {
      const box = canvas.getBoundingClientRect();
      this.#target = buttons & 1 ? toArena(clientX - box.left, clientY - box.top) : undefined;
      this.#mouseFires = (buttons & 2) !== 0;
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      steer(event);
    });
    canvas.addEventListener("pointermove", (event) => canvas.hasPointerCapture(event.pointerId) && steer(event));
    for (const end of ["pointerup", "pointercancel"] as const) canvas.addEventListener(end, steer);
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());

    fireButton.addEventListener("pointerdown", (event) => {
      fireButton.setPointerCapture(event.pointerId);
      this.#buttonFires = true;
    });
    for (const end of ["pointerup", "pointercancel"] as const) fireButton.addEventListener(end, () => (this.#buttonFires = false));
  }

  /** The keys for the next steps of the ship. */
  keys(ship: Ship): Keys {
    const is = (key: keyof Keys): boolean => this.#pressed.has(key);
    const keys: Keys = { left: is("left"), right: is("right"), thrust: is("thrust"), fire: is("fire") || this.#mouseFires || this.#buttonFires };
    if (!this.#target) return keys;
    const [dx, dy] = [this.#target.x - ship.x, this.#target.y - ship.y];
    const off = turned(Math.atan2(dy, dx), -ship.angle);
    return { left: off < -0.06, right: off > 0.06, thrust: Math.abs(off) < 1 && Math.hypot(dx, dy) > 40, fire: keys.fire };
  }

  /** Lets go of everything: the page has lost the keyboard, and will not hear of it. */
  release(): void {
    this.#pressed.clear();
    this.#target = undefined;
    this.#mouseFires = this.#buttonFires = false;
  }

  #key(event: KeyboardEvent, isDown: boolean): void {
    const key = KeyNames[event.code];
    if (!key || event.ctrlKey || event.altKey || event.metaKey) return;
    // What has the focus may be pressed by the space bar, too.
    if (event.code === "Space" && (event.target as Element).matches("summary, button:not([data-fire])")) return;
    event.preventDefault();
    if (isDown) this.#pressed.add(key);
    else this.#pressed.delete(key);
  }
}

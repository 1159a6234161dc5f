import type { Instrument } from "../shared/instruments.js";
import type { Board } from "./board.js";
import { Row } from "./row.js";

/** The table: as many rows in the page as fit on the screen, for as many as there are. */
export class Grid {
  /** Told which rows are on screen, when others are. */
  onShow: (first: number, last: number) => void = () => {};

  readonly #element: HTMLElement;
  readonly #body: HTMLElement;
  readonly #board: Board;
  readonly #rows: Row[] = [];
  #view: readonly Instrument[] = [];
  #rowHeight = 1;
  #headHeight = 0;
  #height = 0;
  #top = 0;
  #first = 0;
  #last = -1;
  #active = -1;

  constructor(element: HTMLElement, body: HTMLElement, board: Board) {
    this.#element = element;
    this.#body = body;
    this.#board = board;
    element.addEventListener("scroll", () => (this.#top = element.scrollTop), { passive: true });
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("focus", () => this.#activate(Math.max(this.#active, this.#first)));
    new ResizeObserver(() => this.#measure()).observe(element);
  }

  set view(view: readonly Instrument[]) {
    this.#view = view;
    this.#active = Math.min(this.#active, view.length - 1);
    this.#element.ariaRowCount = String(view.length + 1);
    this.#element.scrollTop = this.#top = 0;
    this.#last = -1;
    this.#measure();
  }

  /** Once a frame. */
  paint(now: number): void {
    const first = Math.floor(this.#top / this.#rowHeight);
    const last = Math.min(this.#view.length - 1, Math.floor((this.#top + this.#height) / this.#rowHeight));
    const count = Math.max(0, last - first + 1);
    while (this.#rows.length < count) this.#add();
    // Row n of the table is always in the same element while that many fit: of a table that is scrolled by one, one row changes.
    for (let slot = 0; slot < this.#rows.length; slot++) {
      const row = this.#rows[slot]!;
      const index = first + ((slot - (first % this.#rows.length) + this.#rows.length) % this.#rows.length);
      row.element.hidden = index > last;
      if (index > last) continue;
      row.place(this.#view[index]!, index, this.#rowHeight);
      row.paint(this.#board, now);
      row.element.classList.toggle("active", index === this.#active);
    }
    if (first === this.#first && last === this.#last) return;
    this.#first = first;
    this.#last = last;
    this.#point();
    this.onShow(first, last);
  }

  // The style sheet says how high a row is, and on narrow screens it says something else.
  #measure(): void {
    const head = this.#element.firstElementChild as HTMLElement;
    this.#rowHeight = parseFloat(getComputedStyle(this.#element).getPropertyValue("--row"));
    this.#headHeight = head.offsetHeight;
    this.#height = this.#element.clientHeight - this.#headHeight;
    this.#body.style.height = `${this.#view.length * this.#rowHeight}px`;
    this.#top = this.#element.scrollTop;
  }

  #add(): void {
    const row = new Row(`row-${this.#rows.length}`);
    this.#rows.push(row);
    this.#body.append(row.element);
  }

  #key(event: KeyboardEvent): void {
    if (event.target !== this.#element) return; // the button in the header has its own keys
    const page = Math.max(1, Math.floor(this.#height / this.#rowHeight) - 1);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#activate(Math.max(0, Math.min(this.#view.length - 1, this.#active + step)));
  }

  #activate(index: number): void {
    this.#active = Math.min(index, this.#view.length - 1);
    const top = this.#active * this.#rowHeight;
    if (top < this.#top) this.#element.scrollTop = this.#top = Math.max(0, top);
    else if (top + this.#rowHeight > this.#top + this.#height) this.#element.scrollTop = this.#top = top + this.#rowHeight - this.#height;
    this.#point();
  }

  // Which row the keyboard is at, for who does not see it.
  #point(): void {
    const slot = this.#active % this.#rows.length;
    const visible = this.#active >= this.#first && this.#active <= this.#last;
    if (visible && this.#rows[slot]) this.#element.setAttribute("aria-activedescendant", `row-${slot}`);
    else this.#element.removeAttribute("aria-activedescendant");
  }
}

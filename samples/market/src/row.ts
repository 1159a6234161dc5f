import type { Instrument } from "../shared/instruments.js";
import type { Board } from "./board.js";

// How long a price stays coloured after it moved; the style sheet lets it fade.
const flashMs = 250;

const price = (hundredths: number): string => `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, "0")}`;
const size = new Intl.NumberFormat("en").format;
const two = (value: number): string => String(value).padStart(2, "0");
const time = (ms: number): string => {
  const at = new Date(ms);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, "0")}`;
};

/** One row on screen. It is used for one instrument after the other as the table is scrolled, and touches the page only where something has changed. */
export class Row {
  readonly element = document.createElement("div");
  readonly #symbol = this.#cell("symbol");
  readonly #bid = this.#cell("bid");
  readonly #ask = this.#cell("ask");
  readonly #last = this.#cell("last");
  readonly #size = this.#cell("size");
  readonly #time = this.#cell("time");
  readonly #mark = this.#cell("mark");
  #instrument: Instrument | undefined;
  #index = -1;
  #top = -1;
  #version: number | undefined;
  #price: number | undefined;
  #flashUntil = 0;

  constructor(id: string) {
    this.element.id = id;
    this.element.role = "row";
    this.element.className = "row";
  }

  /** Says what this row shows, and where. */
  place(instrument: Instrument, index: number, height: number): void {
    const top = index * height;
    if (this.#index !== index || this.#top !== top) {
      this.#index = index;
      this.#top = top;
      this.element.ariaRowIndex = String(index + 2); // from 1, behind the header
      this.element.style.transform = `translateY(${top}px)`;
    }
    if (this.#instrument === instrument) return;
    this.#instrument = instrument;
    this.#version = -1;
    this.#price = undefined;
    this.#flash(0, "");
    this.element.dataset.symbol = instrument.symbol;
    const name = document.createElement("small");
    name.textContent = instrument.name;
    this.#symbol.replaceChildren(instrument.symbol, " ", name);
  }

  /** Writes what has changed since the last time. */
  paint(board: Board, now: number): void {
    if (this.#flashUntil && now > this.#flashUntil) this.#flash(0, "");
    const entry = board.get(this.#instrument!.key);
    if (entry?.version === this.#version) return;
    this.#version = entry?.version;

    const quote = entry?.quote;
    this.#bid.textContent = quote ? price(quote.bid) : "–";
    this.#ask.textContent = quote ? price(quote.ask) : "–";
    this.#last.textContent = quote ? price(quote.last) : "–";
    this.#size.textContent = quote ? size(quote.size) : "–";
    this.#time.textContent = quote ? time(quote.time) : "–";
    const mark = !quote ? "none" : entry.stale ? "stale" : "live";
    if (this.element.dataset.mark !== mark) {
      this.element.dataset.mark = mark;
      this.#mark.textContent = mark === "none" ? "–" : mark;
    }

    if (quote && this.#price !== undefined && quote.last !== this.#price) this.#flash(now + flashMs, quote.last > this.#price ? "up" : "down");
    this.#price = quote?.last;
  }

  #flash(until: number, way: string): void {
    this.#flashUntil = until;
    if (this.#last.dataset.way !== way) this.#last.dataset.way = way;
  }

  #cell(name: string): HTMLElement {
    const cell = document.createElement("div");
    cell.role = "gridcell";
    cell.className = name;
    this.element.append(cell);
    return cell;
  }
}

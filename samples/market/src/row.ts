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
  // Texts are kept and written to: a cell whose content is replaced sixty times a second is work for the collector.
  readonly #symbol = this.#cell("symbol");
  readonly #name = document.createElement("small").appendChild(new Text());
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
    this.#symbol.parentElement!.append(this.#name.parentElement!);
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
    this.#symbol.data = `${instrument.symbol} `;
    this.#name.data = instrument.name;
  }

  /** Writes what has changed since the last time. */
  paint(board: Board, now: number): void {
    if (this.#flashUntil && now > this.#flashUntil) this.#flash(0, "");
    const entry = board.get(this.#instrument!.key);
    if (entry?.version === this.#version) return;
    this.#version = entry?.version;

    const quote = entry?.quote;
    this.#bid.data = quote ? price(quote.bid) : "–";
    this.#ask.data = quote ? price(quote.ask) : "–";
    this.#last.data = quote ? price(quote.last) : "–";
    this.#size.data = quote ? size(quote.size) : "–";
    this.#time.data = quote ? time(quote.time) : "–";
    const mark = !quote ? "none" : entry.stale ? "stale" : "live";
    if (this.element.dataset.mark !== mark) {
      this.element.dataset.mark = mark;
      this.#mark.data = mark === "none" ? "–" : mark;
    }

    if (quote && this.#price !== undefined && quote.last !== this.#price) this.#flash(now + flashMs, quote.last > this.#price ? "up" : "down");
    this.#price = quote?.last;
  }

  #flash(until: number, way: string): void {
    this.#flashUntil = until;
    const { dataset } = this.#last.parentElement!;
    if (dataset.way !== way) dataset.way = way;
  }

  #cell(name: string): Text {
    const cell = document.createElement("div");
    cell.role = "gridcell";
    cell.className = name;
    this.element.append(cell);
    return cell.appendChild(new Text());
  }
}

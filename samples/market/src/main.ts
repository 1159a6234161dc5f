import { instruments } from "../shared/instruments.js";
import { Board } from "./board.js";
import { client, connect, say, showConnection } from "./connection.js";
import { wireFeedButton } from "./feed-button.js";
import { Figures } from "./figures.js";
import { Grid } from "./grid.js";
import { Interest } from "./interest.js";

const find = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

const board = new Board();
const interest = new Interest(client, board);
const grid = new Grid(find("grid"), find("body"), board);
const figures = new Figures(client);
grid.onShow = (first, last) => interest.show(first, last);
interest.onError = (error) => say(error instanceof Error ? error.message : String(error));

// By symbol only: the page knows the prices of the rows on screen and of no others.
const filter = find<HTMLInputElement>("filter");
const sort = find<HTMLButtonElement>("sort");
let descending = false;

function look(): void {
  const words = filter.value.trim().toUpperCase();
  const view = instruments
    .filter(({ symbol, name }) => symbol.includes(words) || name.toUpperCase().includes(words))
    .sort((a, b) => (a.symbol < b.symbol ? -1 : 1) * (descending ? -1 : 1));
  grid.view = view;
  interest.view = view;
  sort.parentElement!.ariaSort = descending ? "descending" : "ascending";
  find("nothing").hidden = view.length > 0;
  find("rows").textContent = view.length.toLocaleString("en");
}

filter.addEventListener("input", look);
sort.addEventListener("click", () => {
  descending = !descending;
  look();
});
find("rate").addEventListener("change", ({ target }) => {
  interest.maxHz = Number((target as HTMLInputElement).value) || undefined;
});

// However much comes, the page is painted once a frame.
function frame(now: number): void {
  const begun = performance.now();
  grid.paint(now);
  figures.frame(performance.now() - begun, board.size);
  requestAnimationFrame(frame);
}

look();
requestAnimationFrame(frame);
showConnection();
void wireFeedButton(find("feed"));
connect();

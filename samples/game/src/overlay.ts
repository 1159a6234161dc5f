// What stands over the picture: the connection, its figures, the players, and what has happened.
import type { Client, StateChange } from "wsprism";
import { colourOf } from "./draw.js";
import { DelayMs } from "./interpolation.js";

export interface Line {
  handle: number;
  name: string;
  score: number;
  isOwn: boolean;
}

const find = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;

const Words = { idle: "not connected", connecting: "connecting", open: "connected", reconnecting: "connection lost", closed: "closed" };

export class Overlay {
  readonly fireButton = find<HTMLButtonElement>("fire");
  readonly #state = find("state");
  readonly #again = find<HTMLButtonElement>("again");
  readonly #notes = find("notes");
  readonly #players = find("players");
  readonly #figures = find("figures");
  #lines = "";
  #received = 0;
  #at = performance.now();

  constructor(connect: () => void) {
    this.#again.addEventListener("click", connect);
    find<HTMLDetailsElement>("network").open = innerWidth > 640; // on a phone when it is asked for
  }

  state({ state, reason, code, retryInMs }: StateChange): void {
    const why = state === "open" || reason === undefined ? "" : `: ${reason}${code ? ` (${code})` : ""}`;
    const next = retryInMs === undefined ? "" : `, again in ${(retryInMs / 1000).toFixed(1)} s`;
    this.#state.dataset.state = state;
    this.#state.textContent = `${Words[state]}${why}${next}`;
    this.#again.hidden = state !== "closed";
  }

  /** Tells something; the style sheet has it fade after some seconds. */
  note(text: string): void {
    const line = document.createElement("p");
    line.textContent = text;
    this.#notes.append(line);
    if (this.#notes.children.length > 4) this.#notes.firstElementChild!.remove();
  }

  /** Players, the best first. */
  players(lines: Line[]): void {
    lines.sort((a, b) => b.score - a.score || a.handle - b.handle);
    const text = JSON.stringify(lines);
    if (text === this.#lines) return;
    this.#lines = text;
    this.#players.replaceChildren(
      ...lines.slice(0, 10).map(({ handle, name, score, isOwn }) => {
        const item = document.createElement("li");
        item.dataset.handle = String(handle);
        item.style.setProperty("--colour", colourOf(handle));
        item.classList.toggle("own", isOwn);
        const [who, points] = [document.createElement("span"), document.createElement("b")];
        who.textContent = isOwn ? `${name} (you)` : name;
        points.textContent = String(score);
        item.append(who, points);
        return item;
      }),
    );
  }

  /** What the network does, once in a while. */
  figures({ clock, hot }: Client): void {
    const [now, { received, gaps, stale }] = [performance.now(), hot.stats];
    const rate = ((received - this.#received) * 1000) / (now - this.#at);
    [this.#received, this.#at] = [received, now];
    const ms = (value: number | undefined): string => (value === undefined || !Number.isFinite(value) ? "–" : `${value.toFixed(1)} ms`);
    const rows = {
      ping: ms(clock.latency?.lastMs),
      clock: clock.synced ? `${clock.offsetMs >= 0 ? "+" : ""}${clock.offsetMs.toFixed(1)} ± ${ms(clock.errorBoundMs)}` : "–",
      drawn: `${DelayMs} ms ago`,
      frames: `${rate.toFixed(0)}/s`,
      gaps: `${gaps}, stale ${stale}`,
    };
    this.#figures.replaceChildren(
      ...Object.entries(rows).flatMap(([name, value]) => {
        const [term, text] = [document.createElement("dt"), document.createElement("dd")];
        term.textContent = name;
        text.textContent = value;
        text.id = `figure-${name}`;
        return [term, text];
      }),
    );
  }
}

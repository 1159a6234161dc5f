import { Picture } from "./draw.js";
import { Input } from "./input.js";
import { DelayMs } from "./interpolation.js";
import { Network } from "./network.js";
import { Overlay } from "./overlay.js";
import { Player } from "./player.js";
import { FixedSteps } from "./simulation.js";
import "./style.css";
import { World } from "./world.js";

// ?user= is a ticket of the demonstration: alice, bob, dev, or load- and anything. A game of your own gets its ticket from its backend.
const asked = new URLSearchParams(location.search);
const gateway = asked.get("gateway") ?? "ws://127.0.0.1:8080/v1/ws";
const user = asked.get("user") ?? `load-guest-${100 + Math.floor(900 * Math.random())}`;
const room = asked.get("room") ?? "arena:1";

const world = new World();
const overlay = new Overlay(() => void connect());
const network: Network = new Network(gateway, user, room, world, {
  state: (change) => overlay.state(change),
  note: (text) => overlay.note(text),
  members: () => showPlayers(),
  hit(victim, { by }) {
    if (by === network.handle) player.score++;
    tellHit(by, victim);
  },
});
const player = new Player(network, world);
const canvas = document.querySelector("canvas")!;
const picture = new Picture(canvas);
const input = new Input(canvas, overlay.fireButton, (x, y) => picture.toArena(x, y));
const steps = new FixedSteps();

const tellHit = (by: number, victim: number): void => overlay.note(`${nameOf(by)} hit ${nameOf(victim)}`);
const nameOf = (handle: number): string => (handle === network.handle ? "you" : (network.names.get(handle) ?? `#${handle}`));

async function connect(): Promise<void> {
  try {
    await network.start();
  } catch (error) {
    overlay.note((error as Error).message);
  }
}

let last = performance.now();

function frame(at: number): void {
  player.keys = input.keys(player.ship);
  const share = steps.advance(Math.max(0, at - last) / 1000, () => player.step());
  last = at;
  const now = network.now();
  const time = now - DelayMs; // at which all others are seen
  const hit = player.checkHits(time);
  if (hit) tellHit(hit.by, network.handle);
  world.prune(now, time);
  picture.draw(player, world, network.handle, network.names, share, now, time);
  requestAnimationFrame(frame);
}

function showPlayers(): void {
  const own = { handle: network.handle, name: user.replace(/^load-/, ""), score: player.score, isOwn: true };
  const others = [...world.ships].map(([handle, { newest }]) => ({ handle, name: nameOf(handle), score: newest!.score, isOwn: false }));
  overlay.players([own, ...others]);
}

// A page that is not seen gets no frames: its ship would fly on for all others.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    input.release();
    player.rest();
  } else last = performance.now();
});

// A page that is closed takes its leave: its session would wait for it, and its name stay on the others' lists.
addEventListener("pagehide", ({ persisted }) => persisted || network.client.close());

setInterval(() => {
  showPlayers();
  overlay.figures(network.client);
}, 500);
requestAnimationFrame(frame);
void connect();

// For the console of the browser, and for tests.
Object.assign(window, {
  game: {
    player,
    world,
    network,
    /** The others as they are drawn now. */
    seen: () =>
      [...world.ships].map(([handle, buffer]) => {
        const { state, freshness } = buffer.at(network.now() - DelayMs)!;
        return { handle, name: nameOf(handle), x: state.x, y: state.y, score: state.score, freshness };
      }),
  },
});

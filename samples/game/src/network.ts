// The connection: what is sent, what comes, and what is told of the connection itself.
import { Client, type Member, type StateChange } from "wsprism";
import { Game, HitLayout, isSane, Opcode, ShipLayout, ShotLayout, type Hit, type ShipState, type Shot } from "./protocol.js";
import type { World } from "./world.js";

export interface Listener {
  /** For people: what has become of the connection. */
  state(change: StateChange): void;
  note(text: string): void;
  hit(victim: number, hit: Hit): void;
  members(names: ReadonlyMap<number, string>): void;
}

export class Network {
  readonly client: Client;
  /** Names by the handle of a session. */
  names: ReadonlyMap<number, string> = new Map();

  readonly #room: string;
  readonly #shots;
  readonly #hits;
  readonly #ships;

  constructor(gateway: string, user: string, room: string, world: World, listener: Listener) {
    this.#room = room;
    this.client = new Client({ url: gateway, tenant: "demo", ticket: user, ping: { intervalMs: 2000 } });
    const { hot } = this.client;

    // The newest state at the pace of `sys.budget`; without a connection it waits for the next one.
    const ships = hot.channel(Game, Opcode.ship, ShipLayout);
    this.#ships = ships.conflate({ room });
    this.#shots = hot.channel(Game, Opcode.shot, ShotLayout);
    this.#hits = hot.channel(Game, Opcode.hit, HitLayout);

    // The room has ticks: the states of all come as one BATCH, own ones too, and the client unpacks it. Who joins gets the latest of each.
    ships.subscribe((state, { sender }) => {
      if (sender !== undefined && sender !== this.handle && isSane(state)) world.shipCame(sender, state, this.now());
    });
    this.#shots.subscribe((shot, { sender }) => {
      if (sender !== undefined && isSane(shot)) world.shotCame(sender, shot, false);
    });
    this.#hits.subscribe((hit, { sender }) => {
      if (sender === undefined || !isSane(hit)) return;
      world.hitCame(sender, hit);
      listener.hit(sender, hit);
    });
    hot.subscribe({ svcId: Game, opcode: Opcode.left }, ({ sender }) => world.left(sender!));

    this.client.on("state", (change) => listener.state(change));
    this.client.on("session", () => world.clear()); // what is there comes anew, with the room
    this.client.on("resumed", ({ replayed }) => {
      listener.note(`Same session, ${replayed} missed messages came.`);
      this.#takeOutWhoLeft(world).catch(() => {}); // lost again: the next resume asks again
    });
    this.client.on("resumeFailed", ({ reason, rooms }) => {
      const refused = rooms.find(({ error }) => error);
      listener.note(refused ? `A new session (${reason}), not in ${refused.room}: ${refused.error!.code}.` : `A new session (${reason}), in the arena again.`);
    });
    this.client.presence.watch(room, (users) => {
      this.names = new Map([...users.values()].flatMap((user) => user.handles.map((handle) => [handle, nameOf(user)] as const)));
      listener.members(this.names);
    });
  }

  /** This session, as others see it. */
  get handle(): number {
    return this.client.session?.handle ?? 0;
  }

  /** The gateway's time, by which everything here goes. */
  now(): number {
    return this.client.clock.now();
  }

  /** Settled when in the room. From then on the client comes back to it by itself. */
  async start(): Promise<void> {
    await this.client.connect();
    if (!this.client.rooms.get(this.#room)) await this.client.rooms.join(this.#room, { rateLimitRetries: 5 });
  }

  /** False where it is too early: a state has a time, and the gateway's is not known yet. */
  sendShip(state: ShipState): boolean {
    return this.client.clock.synced && this.#ships.set(state) === "queued";
  }

  // Events are reliable: the gateway neither leaves them out nor puts a newer one in their place.
  sendShot(shot: Shot): void {
    this.#shots.send(shot, { room: this.#room, reliable: true });
  }

  sendHit(hit: Hit): void {
    this.#hits.send(hit, { room: this.#room, reliable: true });
  }

  // Who left while we were away was told to the connection that broke, perhaps (docs/game.md).
  async #takeOutWhoLeft(world: World): Promise<void> {
    const { members } = await this.client.rooms.members(this.#room, { limit: 1000 });
    world.keepOnly(new Set(members.flatMap(({ handles }) => handles)));
  }
}

const nameOf = ({ user }: Member): string => user.replace(/^user:(load-)?/, "");

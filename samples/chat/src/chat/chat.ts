import { Client, type StateChange } from "wsprism";
import { firstRooms, gateway, tenant, ticketOf } from "../settings";
import { Room } from "./room";
import { Store } from "./store";
import { explain, explainError } from "./words";

export interface Connection extends StateChange {
  /** There was a session already. */
  readonly hasEntered: boolean;
  /** When the next attempt begins, by `performance.now()`. */
  readonly retryAt?: number | undefined;
  /** Said before the end. */
  readonly kicked?: string | undefined;
  /** Back after a lost connection: whether everything that was said meanwhile is here. Told for some seconds. */
  readonly hasMissed?: boolean | undefined;
}

const backToldMs = 6_000;

/** One user's chat: a client of the gateway, and the rooms that it is in. Listens from the beginning; `connect` and `close` may come in turns. */
export class Chat {
  readonly name: string;
  readonly client: Client;
  readonly connection = new Store<Connection>({ state: "idle", hasEntered: false });
  readonly rooms: Store<readonly Room[]>;
  #isAway = false;

  constructor(name: string) {
    this.name = name;
    const client = (this.client = new Client({ url: gateway, tenant, ticket: ticketOf(name) }));
    this.rooms = new Store(firstRooms.map((room) => new Room(client, room)));

    client.on("state", (change) => {
      const { hasEntered, kicked } = this.connection.get();
      const retryAt = change.retryInMs === undefined ? undefined : performance.now() + change.retryInMs;
      this.connection.set({ ...change, retryAt, hasEntered: hasEntered || change.state === "open", kicked: change.state === "closed" ? kicked : undefined });
    });
    client.on("kicked", ({ reason }) => this.connection.set({ ...this.connection.get(), kicked: reason }));

    client.on("resumed", () => this.#tellBack(false));
    // Another session, whose rooms were joined again. Of those that the gateway remembers all of, everything came; the others are read anew.
    client.on("resumeFailed", ({ rooms }) => {
      this.#tellBack(!rooms.every(({ recovered }) => recovered));
      for (const { room, recovered, error } of rooms)
        if (error) this.#find(room)?.shutOut(explainError(error));
        else if (!recovered) void this.#find(room)?.catchUp();
    });
    client.on("lagging", () => this.rooms.get().forEach((room) => void room.catchUp()));
    client.on("left", ({ room }) => this.#find(room)?.shutOut("You were taken out of this room."));
    client.on("joined", ({ room }) => this.#isAway && this.#show(room));
  }

  get user(): string {
    return this.client.session?.user ?? "";
  }

  connect(): void {
    this.client.connect().then(
      () => this.rooms.get().forEach((room) => void room.enter()),
      () => {}, // the state says why
    );
  }

  close(): void {
    this.client.close();
  }

  /** Adds a room. */
  open(name: string): void {
    if (this.rooms.get().some((room) => room.name === name)) return;
    const room = new Room(this.client, name);
    this.rooms.set([...this.rooms.get(), room]);
    void room.enter();
  }

  /** Somebody looks at this room, or with none at something else: then the others see that. */
  look(seen: Room | undefined): void {
    for (const room of this.rooms.get()) room.isSeen = room === seen;
    seen?.seen();
    if (this.#isAway === !seen) return;
    this.#isAway = !seen;
    for (const { id } of this.rooms.get()) this.#show(id);
  }

  #tellBack(hasMissed: boolean): void {
    const told = { ...this.connection.get(), hasMissed };
    this.connection.set(told);
    setTimeout(() => this.connection.get() === told && this.connection.set({ ...told, hasMissed: undefined }), backToldMs);
  }

  // A room without presence refuses it, and shows nobody.
  #show(room: string): void {
    this.client.presence.setState(room, this.#isAway ? "away" : null).catch(() => {});
  }

  #find(id: string): Room | undefined {
    return this.rooms.get().find((room) => room.id === id);
  }
}

/** Why there is no connection, for people. */
export const problemOf = ({ reason, kicked }: Connection): string => (kicked && kicked !== reason ? `You were sent away: ${kicked}.` : explain(reason));

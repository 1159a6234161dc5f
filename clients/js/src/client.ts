import type { Clock } from "./clock.js";
import type { State } from "./connector.js";
import { Conversation } from "./conversation.js";
import { Emitter, type Unsubscribe } from "./emitter.js";
import { encode, type Envelope } from "./envelope.js";
import { failure, onAbort, WsPrismError } from "./errors.js";
import type { ClientEvents } from "./events.js";
import type { Hot } from "./hot/hot.js";
import type { Json } from "./json.js";
import { settle, type ClientOptions } from "./options.js";
import type { RequestOptions } from "./requests.js";
import { Chat } from "./services/chat.js";
import type { Core, SendOutcome } from "./services/core.js";
import { Market } from "./services/market.js";
import { Party } from "./services/party.js";
import { Presence } from "./services/presence.js";
import { Rooms } from "./services/rooms.js";
import type { Session } from "./session.js";
import { Subscriptions, type Filter } from "./subscriptions.js";

/** What a client has counted since it was made. */
export interface ClientStats {
  /** Envelopes other than `sys`. */
  readonly messages: number;
  /** What came and was no message of the protocol. */
  readonly malformed: number;
  /** Answers to no request: it had timed out, was aborted, or never was. */
  readonly unknownIds: number;
  /** Requests that wait for their answer. */
  readonly pending: number;
}

/** How to wait for the first session. */
export interface ConnectOptions {
  /** Ends the waiting, and the client with it. */
  signal?: AbortSignal | undefined;
}

/** A user's session on a gateway: keeps the connection, finds it again, and loses nothing that can be kept. */
export class Client {
  /** The gateway's clock. */
  readonly clock: Clock;
  /** The Hot lane: binary frames. */
  readonly hot: Hot;
  /** Joining and leaving, members and histories. */
  readonly rooms: Rooms;
  /** Who is in a room, and what they show. */
  readonly presence: Presence;
  /** Text between people. */
  readonly chat: Chat;
  /** A few users who stay together. */
  readonly party: Party;
  /** Last values and their updates. */
  readonly market: Market;

  readonly #events = new Emitter<ClientEvents>();
  readonly #subscriptions = new Subscriptions();
  readonly #talk: Conversation;

  /** Makes a client that is not connected yet. */
  constructor(options: ClientOptions) {
    const listener = { events: this.#events, subscriptions: this.#subscriptions, restore: () => this.market.restore() };
    const settings = settle(options);
    this.#talk = new Conversation(settings, listener);
    const core: Core = {
      request: (svc, type, data, asked) => this.#talk.request(svc, type, data, asked),
      send: (svc, type, data, room) => this.send(svc, type, data, room === undefined ? {} : { room }),
      subscribe: (filter, listener) => this.subscribe(filter, listener),
      tell: (error) => this.#events.emit("error", error),
    };
    this.clock = this.#talk.clock;
    this.hot = this.#talk.hot;
    this.rooms = new Rooms(core, this.#talk.book);
    this.presence = new Presence(core, this.#talk.book, settings.members);
    this.chat = new Chat(core);
    this.party = new Party(core);
    this.market = new Market(core, this.hot);
  }

  /** Where the client stands. */
  get state(): State {
    return this.#talk.connector.state;
  }

  /** The session; undefined before the first one. */
  get session(): Session | undefined {
    return this.#talk.session;
  }

  /** What was counted since the client was made. */
  get stats(): ClientStats {
    return { messages: this.#talk.messages, malformed: this.#talk.malformed, unknownIds: this.#talk.unknownIds, pending: this.#talk.requests.size };
  }

  /**
   * Connects, and goes on trying. Settled when there is a session, or when there is no use in trying. A client that was closed begins anew. A `signal`
   * that is aborted before that closes it.
   */
  connect({ signal }: ConnectOptions = {}): Promise<Session> {
    return new Promise((resolve, reject) => {
      const aborted = (): WsPrismError => failure("ABORTED", signal?.reason);
      if (signal?.aborted) return reject(aborted());
      if (this.state === "open") return resolve(this.#talk.session!);
      const stop = this.on("state", ({ state, reason = "", code, error }) => {
        if (state === "open") resolve(this.#talk.session!);
        else if (state === "closed")
          reject(signal?.aborted ? aborted() : new WsPrismError(/^[A-Z_]+$/.test(reason) ? reason : "CLOSED", `Not connected: ${reason} (${code}).`, { cause: error }));
        else return;
        stop();
        forget();
      });
      const forget = onAbort(signal, () => this.close());
      if (this.#talk.isOver) {
        this.#talk.begin();
        this.market.clear();
      }
      this.#talk.connector.start();
    });
  }

  /** Ends the session. Requests that wait are rejected with `CLOSED`. */
  close(): void {
    this.#talk.connector.stop("client");
  }

  /** Calls a listener at each such event. */
  on<K extends keyof ClientEvents>(event: K, listener: (event: ClientEvents[K]) => void): Unsubscribe {
    return this.#events.on(event, listener);
  }

  /** Calls a listener with each envelope that the filter lets through, those of `sys` too. */
  subscribe<T = Json>(filter: Filter, listener: (envelope: Envelope<T>) => void): Unsubscribe {
    return this.#subscriptions.add(filter, listener as (envelope: Envelope) => void);
  }

  /** Sends a message that asks for no answer, now or not at all. */
  send(svc: string, type: string, data?: unknown, options: { room?: string | undefined } = {}): SendOutcome {
    const json = encode(svc, type, options.room, data);
    const refusal = this.#talk.refusal(json);
    if (refusal) return refusal;
    this.#talk.transmit(json);
    return "sent";
  }

  /**
   * Sends a message and waits for its answer: the data of `sys.ack`, or a {@link WsPrismError}. Without a connection it waits for the next one; what
   * was sent and not answered when a connection is lost is sent again when the session goes on, and happens once.
   */
  request<T = Json | undefined>(svc: string, type: string, data?: unknown, options: RequestOptions = {}): Promise<T> {
    return this.#talk.request(svc, type, data, options) as Promise<T>;
  }
}

/** Makes a client and connects it: settled when there is a session, rejected when there is no use in trying, or when the `signal` says so. */
export async function connect(options: ClientOptions, how?: ConnectOptions): Promise<Client> {
  const client = new Client(options);
  await client.connect(how);
  return client;
}

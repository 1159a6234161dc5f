import { Clock } from "./clock.js";
import { Connector, type State, type StateChange } from "./connector.js";
import { Emitter, type Unsubscribe } from "./emitter.js";
import { decode, encode, type Envelope } from "./envelope.js";
import { WsPrismError } from "./errors.js";
import type { ClientEvents } from "./events.js";
import { Heart } from "./heart.js";
import { Hot } from "./hot/hot.js";
import { fields, type Json } from "./json.js";
import type { Resume } from "./link.js";
import { settle, type ClientOptions, type Settings } from "./options.js";
import { Pace } from "./pace.js";
import { forced, refusalOf, Requests, type InternalOptions, type RequestOptions } from "./requests.js";
import { restoreRooms } from "./restore.js";
import { RoomBook } from "./roombook.js";
import { Chat } from "./services/chat.js";
import type { Core, SendOutcome } from "./services/core.js";
import { Market } from "./services/market.js";
import { Party } from "./services/party.js";
import { Presence } from "./services/presence.js";
import { Rooms } from "./services/rooms.js";
import { greeting, type Greeting, type Session } from "./session.js";
import { Subscriptions, type Filter } from "./subscriptions.js";
import { notice } from "./system.js";

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

/** A user's session on a gateway: keeps the connection, finds it again, and loses nothing that can be kept. */
export class Client {
  /** The gateway's clock. */
  readonly clock = new Clock();
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

  readonly #settings: Settings;
  readonly #events = new Emitter<ClientEvents>();
  readonly #subscriptions = new Subscriptions();
  readonly #connector: Connector;
  readonly #requests: Requests;
  readonly #book: RoomBook;
  readonly #heart: Heart;
  readonly #pace = new Pace();

  #session: Session | undefined;
  #online = false;
  #token: string | undefined;
  // Envelopes other than sys that have come in this session.
  #position = 0;
  #asked: Resume | undefined;
  #lossReason: string | undefined;
  #isNewBudget = true;
  #messages = 0;
  #malformed = 0;
  #unknownIds = 0;

  /** Makes a client that is not connected yet. */
  constructor(options: ClientOptions) {
    this.#settings = settle(options);
    this.#book = new RoomBook(this.#settings.rooms);
    this.#connector = new Connector(this.#settings, {
      resume: () => (this.#asked = this.#token === undefined ? undefined : { token: this.#token, position: this.#position }),
      text: (json) => this.#text(json),
      binary: (frame) => this.#binary(frame),
      changed: (change) => this.#changed(change),
    });
    const transmit = (json: string): void => this.#transmit(json);
    this.#requests = new Requests(this.#settings, { refusal: (json) => this.#refusal(json), transmit });
    this.#heart = new Heart(this.#settings, this.clock, { transmit, dead: () => this.#connector.drop("silence") });
    const wire = { refusal: (size: number) => this.#refusal(size), transmit: (frame: Uint8Array) => this.#connector.send(frame) };
    this.hot = new Hot(this.#settings, wire, this.#book, this.#pace);

    const core: Core = {
      request: (svc, type, data, asked) => this.#request(svc, type, data, asked),
      send: (svc, type, data, room) => this.send(svc, type, data, room === undefined ? {} : { room }),
      subscribe: (filter, listener) => this.subscribe(filter, listener),
    };
    this.rooms = new Rooms(core, this.#book);
    this.presence = new Presence(core);
    this.chat = new Chat(core);
    this.party = new Party(core);
    this.market = new Market(core, this.hot);
  }

  /** Where the client stands. */
  get state(): State {
    return this.#connector.state;
  }

  /** The session; undefined before the first one. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** What was counted since the client was made. */
  get stats(): ClientStats {
    return { messages: this.#messages, malformed: this.#malformed, unknownIds: this.#unknownIds, pending: this.#requests.size };
  }

  /** Connects, and goes on trying. Settled when there is a session, or when there is no use in trying. A client that was closed begins anew. */
  connect(): Promise<Session> {
    return new Promise((resolve, reject) => {
      if (this.state === "open") return resolve(this.#session!);
      const stop = this.on("state", ({ state, reason = "", code, error }) => {
        if (state === "open") resolve(this.#session!);
        else if (state === "closed") reject(new WsPrismError(/^[A-Z_]+$/.test(reason) ? reason : "CLOSED", `Not connected: ${reason} (${code}).`, { cause: error }));
        else return;
        stop();
      });
      if (this.state === "idle" || this.state === "closed") this.#begin();
      this.#connector.start();
    });
  }

  /** Ends the session. Requests that wait are rejected with `CLOSED`. */
  close(): void {
    this.#connector.stop("client");
  }

  /** Calls a listener at each such event. */
  on<K extends keyof ClientEvents>(event: K, listener: (event: ClientEvents[K]) => void): Unsubscribe {
    return this.#events.on(event, listener);
  }

  /** Calls a listener with each envelope that the filter lets through, those of `sys` too. */
  subscribe(filter: Filter, listener: (envelope: Envelope) => void): Unsubscribe {
    return this.#subscriptions.add(filter, listener);
  }

  /** Sends a message that asks for no answer, now or not at all. */
  send(svc: string, type: string, data?: unknown, options: { room?: string } = {}): SendOutcome {
    const json = encode(svc, type, options.room, data);
    const refusal = this.#refusal(json);
    if (refusal) return refusal;
    this.#transmit(json);
    return "sent";
  }

  /**
   * Sends a message and waits for its answer: the data of `sys.ack`, or a {@link WsPrismError}. Without a connection it waits for the next one; what
   * was sent and not answered when a connection is lost is sent again when the session goes on, and happens once.
   */
  request<T = Json | undefined>(svc: string, type: string, data?: unknown, options: RequestOptions = {}): Promise<T> {
    return this.#request(svc, type, data, options) as Promise<T>;
  }

  async #request(svc: string, type: string, data: unknown, options: InternalOptions): Promise<Json | undefined> {
    if (this.state === "idle" || this.state === "closed") throw new WsPrismError("CLOSED", "The client is not connected.");
    if (svc !== "room") return this.#requests.add(svc, type, data, options);

    // Which rooms to join again after a lost session is known from here.
    const { room = "" } = options;
    const { active, max_hz, since } = fields(data) ?? {};
    if (type === "join") this.#book.expect(room, since as never);
    const onAck = (answer: Json | undefined): void => {
      if (type === "join") this.#book.want(room, { ...(active === false && { active }), ...(typeof max_hz === "number" && { maxHz: max_hz }) });
      else if (type === "activate") this.#book.activate(room);
      else if (type === "leave") this.#book.left(room || this.#book.active); // sys.left may be lost with a connection, the answer is not
      options.onAck?.(answer);
    };
    const answer = await this.#requests.add(svc, type, data, { ...options, onAck });
    // sys.joined goes before the ack. Where it was lost with a connection, joining again has it said again.
    return type === "join" && !this.#book.get(room) ? this.#requests.add(svc, type, data, { ...options, onAck }) : answer;
  }

  #begin(): void {
    this.#token = this.#session = this.#lossReason = undefined;
    this.#position = 0;
    this.#book.clear();
    this.market.clear();
  }

  #changed(change: StateChange): void {
    if (change.state !== "open") {
      this.#online = false;
      this.#heart.stop();
    }
    if (change.state === "closed") this.#requests.rejectAll();
    this.#events.emit("state", change);
  }

  // What keeps a message from being sent now.
  #refusal(message: string | number): Exclude<SendOutcome, "sent"> | undefined {
    if (!this.#online) return this.state === "idle" || this.state === "closed" ? "CLOSED" : "OFFLINE";
    const max = this.#session!.maxFrameBytes;
    const size = typeof message === "number" ? message : message.length * 3 <= max ? message.length : new TextEncoder().encode(message).length;
    if (size > max) return "FRAME_TOO_LARGE";
    return this.#connector.bufferedAmount + size > this.#settings.bufferedBytes ? "BUFFER_FULL" : undefined;
  }

  #transmit(json: string): void {
    this.#pace.spend(); // one bucket for both lanes, as far as is known
    this.#connector.send(json);
  }

  #binary(bytes: Uint8Array): void {
    this.#heart.heard();
    if (this.#online) this.hot.receive(bytes);
    else this.#violated();
  }

  #text(json: string): void {
    this.#heart.heard();
    const envelope = decode(json);
    if (!this.#online) this.#first(envelope);
    else if (!envelope) this.#ignore("text");
    else if (envelope.svc === "sys") this.#system(envelope);
    else {
      this.#position++;
      this.#messages++;
      this.#book.saw(envelope);
      this.#events.emit("message", envelope);
      this.#subscriptions.deliver(envelope);
    }
  }

  #first(envelope: Envelope | undefined): void {
    if (envelope?.svc !== "sys") return this.#violated();
    const said = greeting(envelope, this.#session);
    if (envelope.type === "authed" && said) this.#authed(said);
    else if (envelope.type === "resumed" && said && said.position === this.#asked?.position && said.session.id === this.#session?.id) this.#resumed(said);
    else if (envelope.type === "authed" || envelope.type === "resumed") this.#violated();
    else this.#system(envelope); // why there will be no session
  }

  #authed({ session, token, resumeFailed }: Greeting): void {
    const lost = this.#session && (resumeFailed ?? this.#lossReason ?? "unavailable");
    this.#greet(session, token);
    this.#position = 0;
    this.#lossReason = undefined;
    this.#isNewBudget = true;
    this.clock.reset();
    this.hot.reset();
    this.#requests.lose();
    if (lost !== undefined) {
      void restoreRooms(this.#book, (room, data) => this.#request("room", "join", data, { ...forced, room })).then(
        (rooms) => rooms && this.#events.emit("resumeFailed", { reason: lost, rooms }),
      );
      this.market.restore();
    }
    this.#requests.begin();
    this.#heart.start();
    this.#connector.open();
    this.#events.emit("session", session);
  }

  #resumed({ session, token, replayed }: Greeting): void {
    this.#greet(session, token);
    const resent = this.#requests.resend();
    this.#heart.start();
    this.#connector.open();
    this.#events.emit("resumed", { replayed, resent });
  }

  #greet(session: Session, token: string | undefined): void {
    this.#session = session;
    this.#token = token;
    this.#online = true;
    this.#connector.greeted();
  }

  // Whatever is at the other end, it keeps no session of ours.
  #violated(): void {
    this.#malformed++;
    this.#token = undefined;
    this.#lossReason = "protocol";
    this.#connector.drop("protocol");
  }

  #ignore(what: string): void {
    this.#malformed++;
    this.#events.emit("malformed", { what });
  }

  #system(envelope: Envelope): void {
    const { type, id, data, trace_id } = envelope;
    switch (type) {
      case "ack":
      case "error":
        if (id === undefined && type === "error") this.#events.emit("error", refusalOf(data, trace_id));
        else if (!this.#requests.settle(envelope)) this.#unknownIds++;
        break;
      case "joined": {
        const joined = this.#book.joined(envelope);
        if (joined) this.#events.emit("joined", joined);
        else this.#ignore("joined");
        break;
      }
      case "pong":
        this.#heart.pong(data);
        break;
      case "authed":
      case "resumed":
        this.#ignore(type);
        break;
      default:
        this.#notice(envelope);
    }
    this.#subscriptions.deliver(envelope);
  }

  #notice(envelope: Envelope): void {
    const told = notice(envelope);
    if (!told) return;
    if (told.name === "left") this.#book.left(told.event.room);
    if (told.name === "budget" && told.event.lane === "hot") {
      this.#pace.set(told.event.rps, told.event.burst, this.#isNewBudget);
      this.#isNewBudget = false;
    }
    this.#events.emit(told.name, told.event as never);
    if (told.name === "expiring") void this.#refresh();
  }

  async #refresh(): Promise<void> {
    if (typeof this.#settings.ticket === "string") return;
    try {
      const ticket = await this.#connector.ticket();
      if (this.#online) await this.#request("sys", "refresh", { ticket }, { force: true });
    } catch (error) {
      this.#events.emit("error", error instanceof WsPrismError ? error : new WsPrismError("AUTH_FAILED", "There is no new ticket.", { cause: error }));
    }
  }
}

/** Makes a client and connects it: settled when there is a session, rejected when there is no use in trying. */
export async function connect(options: ClientOptions): Promise<Client> {
  const client = new Client(options);
  await client.connect();
  return client;
}

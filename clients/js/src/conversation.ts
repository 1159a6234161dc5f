import { Clock } from "./clock.js";
import { Connector, type StateChange } from "./connector.js";
import type { Emitter } from "./emitter.js";
import { decode, type Envelope } from "./envelope.js";
import { failure, WsPrismError } from "./errors.js";
import type { ClientEvents } from "./events.js";
import { Heart } from "./heart.js";
import { Hot } from "./hot/hot.js";
import { fields, type Json } from "./json.js";
import type { Resume } from "./link.js";
import type { Settings } from "./options.js";
import { Pace } from "./pace.js";
import { forced, refusalOf, Requests, type InternalOptions } from "./requests.js";
import { restoreRooms } from "./restore.js";
import { RoomBook } from "./roombook.js";
import type { SendOutcome } from "./services/core.js";
import { greeting, type Greeting, type Session } from "./session.js";
import type { Subscriptions } from "./subscriptions.js";
import { notice } from "./system.js";

interface Listener {
  readonly events: Emitter<ClientEvents>;
  readonly subscriptions: Subscriptions;
  /** There is another session in place of a lost one. */
  restore(): void;
}

/**
 * What is said between client and gateway, over all connections: the session with its token and position, what waits for an answer, and what each
 * message of the gateway means. The connections themselves are the {@link Connector}'s.
 */
export class Conversation {
  readonly clock = new Clock();
  readonly hot: Hot;
  readonly connector: Connector;
  readonly requests: Requests;
  readonly book: RoomBook;

  session: Session | undefined;
  messages = 0;
  malformed = 0;
  unknownIds = 0;

  readonly #settings: Settings;
  readonly #listener: Listener;
  readonly #heart: Heart;
  readonly #pace = new Pace();

  #online = false;
  #token: string | undefined;
  // Envelopes other than sys that have come in this session.
  #position = 0;
  #asked: Resume | undefined;
  #lossReason: string | undefined;
  #isNewBudget = true;
  #isRefreshing = false;

  constructor(settings: Settings, listener: Listener) {
    this.#settings = settings;
    this.#listener = listener;
    this.book = new RoomBook(settings.rooms);
    this.connector = new Connector(settings, {
      resume: () => (this.#asked = this.#token === undefined ? undefined : { token: this.#token, position: this.#position }),
      text: (json) => this.#text(json),
      binary: (frame) => this.#binary(frame),
      changed: (change) => this.#changed(change),
    });
    const transmit = (json: string): void => this.transmit(json);
    this.requests = new Requests(settings, { refusal: (json) => this.refusal(json), transmit });
    this.#heart = new Heart(settings, this.clock, { transmit, dead: () => this.connector.drop("silence") });
    const wire = { refusal: (size: number) => this.refusal(size), transmit: (frame: Uint8Array) => this.connector.send(frame) };
    this.hot = new Hot(settings, wire, this.book, this.#pace);
  }

  get isOver(): boolean {
    return this.connector.state === "idle" || this.connector.state === "closed";
  }

  /** Forgets all sessions before. */
  begin(): void {
    this.#token = this.session = this.#lossReason = undefined;
    this.#position = 0;
    this.book.clear();
  }

  /** What keeps a message, or one of so many bytes, from being sent now. */
  refusal(message: string | number): Exclude<SendOutcome, "sent"> | undefined {
    if (!this.#online) return this.isOver ? "CLOSED" : "OFFLINE";
    const max = this.session!.maxFrameBytes;
    const size = typeof message === "number" ? message : message.length * 3 <= max ? message.length : new TextEncoder().encode(message).length;
    if (size > max) return "FRAME_TOO_LARGE";
    return this.connector.bufferedAmount + size > this.#settings.bufferedBytes ? "BUFFER_FULL" : undefined;
  }

  transmit(json: string): void {
    this.#pace.spend(); // one bucket for both lanes, as far as is known
    this.connector.send(json);
  }

  async request(svc: string, type: string, data: unknown, options: InternalOptions): Promise<Json | undefined> {
    if (this.isOver) throw failure("CLOSED");
    if (svc !== "room") return this.requests.add(svc, type, data, options);

    // Which rooms to join again after a lost session is known from here.
    const { room = "" } = options;
    const { active, max_hz, since } = fields(data) ?? {};
    if (type === "join") this.book.expect(room, since as never);
    const onAck = (answer: Json | undefined): void => {
      if (type === "join") this.book.want(room, { ...(active === false && { active }), ...(typeof max_hz === "number" && { maxHz: max_hz }) });
      else if (type === "activate") {
        this.book.activate(room);
        this.hot.entered();
      }
      else if (type === "leave") this.book.left(room || this.book.active); // sys.left may be lost with a connection, the answer is not
      options.onAck?.(answer);
    };
    const answer = await this.requests.add(svc, type, data, { ...options, onAck });
    // sys.joined goes before the ack. Where it was lost with a connection, joining again has it said again.
    return type === "join" && !this.book.get(room) ? this.requests.add(svc, type, data, { ...options, onAck }) : answer;
  }

  #changed(change: StateChange): void {
    if (change.state !== "open") {
      this.#online = false;
      this.#heart.stop();
    }
    if (change.state === "closed") {
      this.requests.rejectAll();
      this.hot.rejectAll();
    }
    this.#listener.events.emit("state", change);
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
      this.messages++;
      this.book.saw(envelope);
      this.#listener.events.emit("message", envelope);
      this.#listener.subscriptions.deliver(envelope);
    }
  }

  #first(envelope: Envelope | undefined): void {
    if (envelope?.svc !== "sys") return this.#violated();
    const said = greeting(envelope, this.session);
    if (envelope.type === "authed" && said) this.#authed(said);
    else if (envelope.type === "resumed" && said && said.position === this.#asked?.position && said.session.id === this.session?.id) this.#resumed(said);
    else if (envelope.type === "authed" || envelope.type === "resumed") this.#violated();
    else this.#system(envelope); // why there will be no session
  }

  #authed({ session, token, resumeFailed }: Greeting): void {
    const lost = this.session && (resumeFailed ?? this.#lossReason ?? "unavailable");
    this.#greet(session, token);
    this.#position = 0;
    this.#lossReason = undefined;
    this.#isNewBudget = true;
    this.clock.reset();
    this.hot.reset();
    this.requests.lose();
    if (lost !== undefined) {
      void restoreRooms(this.book, (room, data) => this.request("room", "join", data, { ...forced, room })).then(
        (rooms) => rooms && this.#listener.events.emit("resumeFailed", { reason: lost, rooms }),
      );
      this.#listener.restore();
    }
    this.requests.begin();
    this.#heart.start();
    this.connector.open();
    this.#listener.events.emit("session", session);
  }

  #resumed({ session, token, replayed }: Greeting): void {
    this.#greet(session, token);
    const resent = this.requests.resend();
    this.#heart.start();
    this.connector.open();
    this.#listener.events.emit("resumed", { replayed, resent });
  }

  #greet(session: Session, token: string | undefined): void {
    this.session = session;
    this.#token = token;
    this.#online = true;
    this.connector.greeted();
  }

  // Whatever is at the other end, it keeps no session of ours.
  #violated(): void {
    this.malformed++;
    this.#token = undefined;
    this.#lossReason = "protocol";
    this.connector.drop("protocol");
  }

  #ignore(what: string): void {
    this.malformed++;
    this.#listener.events.emit("malformed", { what });
  }

  #system(envelope: Envelope): void {
    const { type, id, data, trace_id } = envelope;
    switch (type) {
      case "ack":
      case "error":
        if (id === undefined && type === "error") this.#listener.events.emit("error", refusalOf(data, trace_id));
        else if (!this.requests.settle(envelope)) this.unknownIds++;
        break;
      case "joined": {
        const joined = this.book.joined(envelope);
        if (!joined) this.#ignore("joined");
        else {
          this.hot.entered(joined.handle);
          this.#listener.events.emit("joined", joined);
        }
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
    this.#listener.subscriptions.deliver(envelope);
  }

  #notice(envelope: Envelope): void {
    const told = notice(envelope);
    if (!told) return;
    if (told.name === "left") this.book.left(told.event.room);
    if (told.name === "budget" && told.event.lane === "hot") {
      this.#pace.set(told.event.rps, told.event.burst, this.#isNewBudget);
      this.#isNewBudget = false;
    }
    this.#listener.events.emit(told.name, told.event as never);
    if (told.name === "expiring") void this.#refresh();
  }

  async #refresh(): Promise<void> {
    if (this.#isRefreshing || typeof this.#settings.ticket === "string") return;
    this.#isRefreshing = true;
    try {
      const ticket = await this.connector.ticket();
      if (this.#online) await this.request("sys", "refresh", { ticket }, { force: true });
    } catch (error) {
      this.#listener.events.emit("error", error instanceof WsPrismError ? error : failure("AUTH_FAILED", error));
    } finally {
      this.#isRefreshing = false;
    }
  }
}

import type { Settings } from "./options.js";
import { closed, refused, unreachable, type Ending } from "./outcome.js";
import { preflight } from "./preflight.js";
import { platform, type WebSocketLike } from "./websocket.js";

/** A place in a session to go on from. */
export interface Resume {
  token: string;
  position: number;
}

interface Listener {
  text(json: string): void;
  binary(frame: Uint8Array): void;
  ended(ending: Ending): void;
}

// What may stand in Sec-WebSocket-Protocol (RFC 9110 token). A ticket with other characters goes into the query.
const token = /^[\w!#$%&'*+.^`|~-]+$/;

/** One connection, from the attempt to its end. It says once that it has ended, and nothing after that. */
export class Link {
  readonly #settings: Settings;
  readonly #listener: Listener;
  #socket: WebSocketLike | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #opened = false;
  #over = false;

  constructor(settings: Settings, ticket: string, resume: Resume | undefined, listener: Listener) {
    this.#settings = settings;
    this.#listener = listener;
    this.#timer = setTimeout(() => this.#end({ code: 0, reason: "handshake_timeout", advice: "later" }), settings.handshakeTimeoutMs);
    void this.#open(ticket, resume);
  }

  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** The first frame is there: from here on silence is another's affair. */
  greeted(): void {
    clearTimeout(this.#timer);
  }

  send(data: string | Uint8Array): void {
    // Another WebSocket than the platform's may look at it later, when there is something else in its place.
    if (!this.#over) this.#socket?.send(typeof data === "string" || !this.#settings.webSocket ? data : data.slice());
  }

  /** Gives the connection up and says so. */
  drop(ending: Ending): void {
    this.#end(ending);
  }

  /** Lets go of the connection without a word. The session goes on without it; what remains of it is to be closed later. */
  abandon(): WebSocketLike | undefined {
    const socket = this.#socket;
    this.#finish();
    // A close frame would end the session, and a browser can send none that does not. Before it is open there is none to send; left alone it might open yet, and
    // its pong to the gateway's ping say that this client has a token that it never saw.
    if (socket?.terminate) socket.terminate();
    else if (this.#opened) return socket;
    else socket?.close();
    return undefined;
  }

  /** Ends the session. */
  close(): void {
    this.#finish();
    this.#socket?.close(1000);
  }

  async #open(ticket: string, resume: Resume | undefined): Promise<void> {
    const url = new URL(this.#settings.url);
    const protocols = ["wsprism.v1"];
    url.searchParams.set("tenant", this.#settings.tenant);
    if (token.test(ticket)) protocols.push(`ticket.${ticket}`);
    else url.searchParams.set("ticket", ticket);
    if (resume) {
      url.searchParams.set("resume", resume.token);
      url.searchParams.set("position", String(resume.position));
    }

    try {
      const open = this.#settings.webSocket ?? platform.open;
      const socket = await open(url.href, protocols, this.#settings.receiveBytes);
      if (this.#over) return socket.close();
      this.#listen(socket, url, ticket);
    } catch {
      // What it threw may hold the ticket.
      this.#end({ code: 0, reason: "websocket", advice: "stop" });
    }
  }

  #listen(socket: WebSocketLike, url: URL, ticket: string): void {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => (this.#opened = true);
    socket.onerror = () => {}; // a close follows
    socket.onclose = ({ code, reason }) => {
      const { refusal } = socket;
      if (this.#opened) this.#end(closed(code, reason));
      else if (refusal !== undefined) this.#end(refusal ? refused(refusal) : unreachable);
      else void preflight(url, ticket, this.#settings.handshakeTimeoutMs).then((ending) => this.#end(ending));
    };
    socket.onmessage = ({ data }) => {
      const isText = typeof data === "string";
      if (this.#over) return;
      if ((isText ? data.length : (data as ArrayBuffer).byteLength) > this.#settings.receiveBytes) this.#end(closed(1009, "too_long"));
      else if (isText) this.#listener.text(data);
      else this.#listener.binary(new Uint8Array(data as ArrayBuffer));
    };
  }

  #end(ending: Ending): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#listener.ended(ending);
  }

  #finish(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }
}

import type { Unsubscribe } from "../emitter.js";
import { listen, type Ask, type Core, type SendOutcome } from "./core.js";

/** Something said. */
export interface ChatMessage {
  readonly from: string;
  readonly msg: string;
  /** The gateway's clock, in milliseconds since 1970. */
  readonly ts: number;
  /** Where it was said; undefined for a direct message. */
  readonly room?: string;
  /** Its place in the history of the room, where that has one. */
  readonly offset?: number;
}

/** Text between people. Without a room the active one is meant. */
export class Chat {
  readonly #core: Core;

  /** @internal */
  constructor(core: Core) {
    this.#core = core;
  }

  /** Says something to everybody in a room. It comes back to the sender too, so that all see one order. */
  async send(msg: string, options: { room?: string | undefined } & Ask = {}): Promise<void> {
    await this.#core.request("chat", "send", { msg }, options);
  }

  /** Says something to one user in the same room. */
  async direct(to: string, msg: string, options: { room?: string | undefined } & Ask = {}): Promise<void> {
    await this.#core.request("chat", "direct", { to, msg }, options);
  }

  /** Tells the others that this user is typing. Nobody waits for it. */
  typing(room?: string): SendOutcome {
    return this.#core.send("chat", "typing", undefined, room);
  }

  /** Calls a listener with what is said, in one room or in all. */
  onMessage(listener: (message: ChatMessage) => void, room?: string): Unsubscribe {
    return this.#on("msg", listener, room);
  }

  /** Calls a listener with what is said to this user alone. */
  onDirect(listener: (message: ChatMessage) => void): Unsubscribe {
    return this.#on("direct", listener);
  }

  /** Calls a listener when somebody types. */
  onTyping(listener: (typing: Pick<ChatMessage, "from" | "room">) => void, room?: string): Unsubscribe {
    return this.#on("typing", listener, room);
  }

  #on(type: string, listener: (message: ChatMessage) => void, room?: string): Unsubscribe {
    return listen<ChatMessage>(this.#core, { svc: "chat", type, ...(room !== undefined && { room }) }, (data, envelope) =>
      listener({
        ...data,
        ...(envelope.room !== undefined && { room: envelope.room }),
        ...(envelope.offset !== undefined && { offset: envelope.offset }),
      }),
    );
  }
}

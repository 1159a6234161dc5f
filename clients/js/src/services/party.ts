import type { Unsubscribe } from "../emitter.js";
import { listen, type Ask, type Core } from "./core.js";

/** A user may come in. */
export interface PartyInvitation {
  readonly party: string;
  readonly from: string;
  readonly expires_at_ms: number;
}

/** The whole of a party: show the last one and forget the one before. */
export interface PartyState {
  readonly party: string;
  readonly room: string;
  readonly version: number;
  readonly leader: string;
  readonly max_size: number;
  readonly members: readonly { readonly user: string; readonly ready?: boolean }[];
  readonly invited: readonly string[];
  readonly ready_check?: { readonly state: "running" | "passed" | "declined" | "timed_out" | "cancelled"; readonly ends_at_ms: number };
}

/** The party, or the invitation, is over for this user. */
export interface PartyClosed {
  readonly party: string;
  readonly reason: "left" | "kicked" | "declined" | "expired" | "withdrawn" | "gone" | (string & {});
}

/** Where a party is. */
export interface PartyPlace {
  readonly party: string;
  readonly room: string;
}

/** A few users who stay together. */
export class Party {
  readonly #core: Core;

  /** @internal */
  constructor(core: Core) {
    this.#core = core;
  }

  /** A party of this user alone, who leads it. */
  async create(ask: Ask = {}): Promise<PartyPlace> {
    return (await this.#ask("create", undefined, ask)) as PartyPlace;
  }

  /** The leader's: this user may come in. */
  async invite(user: string, ask: Ask = {}): Promise<void> {
    await this.#ask("invite", { user }, ask);
  }

  /** Comes in. */
  async accept(party: string, ask: Ask = {}): Promise<PartyPlace> {
    return (await this.#ask("accept", { party }, ask)) as PartyPlace;
  }

  /** Stays out. */
  async decline(party: string, ask: Ask = {}): Promise<void> {
    await this.#ask("decline", { party }, ask);
  }

  /** Goes; with the last member the party goes. */
  async leave(ask: Ask = {}): Promise<void> {
    await this.#ask("leave", undefined, ask);
  }

  /** The leader's: a member goes, or an invitation is taken back. */
  async kick(user: string, ask: Ask = {}): Promise<void> {
    await this.#ask("kick", { user }, ask);
  }

  /** The leader's: this member leads. */
  async promote(user: string, ask: Ask = {}): Promise<void> {
    await this.#ask("promote", { user }, ask);
  }

  /** Begins a ready check, or answers it. */
  async ready(ready = true, ask: Ask = {}): Promise<void> {
    await this.#ask("ready", { ready }, ask);
  }

  /** Calls a listener when this user may come in. */
  onInvited(listener: (invitation: PartyInvitation) => void): Unsubscribe {
    return listen<PartyInvitation>(this.#core, { svc: "party", type: "invited" }, (data) => listener(data));
  }

  /** Calls a listener with the whole state, each time that it has changed. */
  onUpdate(listener: (state: PartyState) => void): Unsubscribe {
    return listen<PartyState>(this.#core, { svc: "party", type: "update" }, (data) => listener(data));
  }

  /** Calls a listener when a party or an invitation is over. */
  onClosed(listener: (closed: PartyClosed) => void): Unsubscribe {
    return listen<PartyClosed>(this.#core, { svc: "party", type: "closed" }, (data) => listener(data));
  }

  #ask(type: string, data: unknown, ask: Ask): Promise<unknown> {
    return this.#core.request("party", type, data, ask);
  }
}

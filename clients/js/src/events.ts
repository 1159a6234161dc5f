import type { StateChange } from "./connector.js";
import type { Envelope } from "./envelope.js";
import type { WsPrismError } from "./errors.js";
import type { Joined } from "./roombook.js";
import type { Session } from "./session.js";

/** The session goes on after a lost connection: nothing is missing. */
export interface Resumed {
  /** So many envelopes that were missed come now. */
  readonly replayed: number;
  /** So many requests were sent again. */
  readonly resent: number;
}

/** There is another session after a lost connection. */
export interface ResumeFailed {
  /** `unknown`, `expired`, `overrun`, `user`, `position`; `unavailable` where the gateway keeps no sessions; `protocol` where its answer made no sense. */
  readonly reason: string;
  /** The rooms that were joined again. */
  readonly rooms: readonly {
    readonly room: string;
    /** What was missed there came, or comes now. */
    readonly recovered: boolean;
    /** Why it could not be joined. */
    readonly error?: WsPrismError;
  }[];
}

/** What a client tells, by name. */
export interface ClientEvents {
  /** The state has changed, or one more attempt has failed. */
  state: StateChange;
  /** There is a new session: the first, or one in place of a lost one. */
  session: Session;
  /** The session goes on after a lost connection. */
  resumed: Resumed;
  /** Told when the rooms have been joined again, or could not be. */
  resumeFailed: ResumeFailed;
  /** Any envelope but those of `sys`. */
  message: Envelope;
  /** `sys.error` that answers no request, a ticket that could not be refreshed, or a roster that could not be read or is full (`BUFFER_FULL`). */
  error: WsPrismError;
  /** The session is in a room, by its own will or the backend's. */
  joined: Joined;
  /** The session is not in that room any more. */
  left: { readonly room: string };
  /** The ticket ends then. With a ticket callback it is refreshed by itself. */
  expiring: { readonly inMs: number };
  /** The gateway is going away within that time; the client reconnects by itself when it does. */
  draining: { readonly graceMs: number };
  /** So many messages could not be kept for this session: read anew what depends on them. */
  lagging: { readonly dropped: number; readonly lane: string; readonly room?: string };
  /** Told before the end: who took the place, or who wanted it so. */
  kicked: { readonly reason: string };
  /** How fast may be sent. */
  budget: { readonly lane: string; readonly rps: number; readonly burst: number };
  /** Something came that is no message of the protocol; it was ignored. */
  malformed: { readonly what: string };
}

import type { Unsubscribe } from "../emitter.js";
import type { Envelope } from "../envelope.js";
import type { ClientCode, WsPrismError } from "../errors.js";
import { fields, type Json } from "../json.js";
import type { InternalOptions, RequestOptions } from "../requests.js";
import type { Filter } from "../subscriptions.js";

/** What became of a message that asks for no answer: `sent`, or why not. */
export type SendOutcome = "sent" | Extract<ClientCode, "OFFLINE" | "BUFFER_FULL" | "FRAME_TOO_LARGE" | "CLOSED">;

/** What the wrappers of services stand on. */
export interface Core {
  request(svc: string, type: string, data: unknown, options: InternalOptions): Promise<Json | undefined>;
  send(svc: string, type: string, data: unknown, room?: string): SendOutcome;
  subscribe(filter: Filter, listener: (envelope: Envelope) => void): Unsubscribe;
  /** Tells the application what went wrong where nobody waits for an answer. */
  tell(error: WsPrismError): void;
}

/** Calls a listener with the data of envelopes of this kind; what has none is passed over. */
export const listen = <T>(core: Core, filter: Filter, listener: (data: T, envelope: Envelope) => void): Unsubscribe =>
  core.subscribe(filter, (envelope) => {
    if (fields(envelope.data)) listener(envelope.data as T, envelope);
  });

/** How the wrappers ask: as a request without what they set themselves. */
export type Ask = Pick<RequestOptions, "timeoutMs" | "signal" | "rateLimitRetries">;

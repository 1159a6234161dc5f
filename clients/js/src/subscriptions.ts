import { call, type Unsubscribe } from "./emitter.js";
import type { Envelope } from "./envelope.js";

/** Which envelopes are wanted: what is left out matches any. */
export interface Filter {
  svc?: string | undefined;
  type?: string | undefined;
  room?: string | undefined;
}

interface Subscription {
  filter: Filter;
  listener: (envelope: Envelope) => void;
}

/** Who wants which envelopes, found by svc. */
export class Subscriptions {
  readonly #bySvc = new Map<string, Set<Subscription>>();

  add(filter: Filter, listener: (envelope: Envelope) => void): Unsubscribe {
    const svc = filter.svc ?? "";
    let set = this.#bySvc.get(svc);
    if (!set) this.#bySvc.set(svc, (set = new Set()));
    const subscription = { filter, listener };
    set.add(subscription);
    return () => {
      set.delete(subscription);
      if (!set.size && this.#bySvc.get(svc) === set) this.#bySvc.delete(svc);
    };
  }

  deliver(envelope: Envelope): void {
    for (const svc of [envelope.svc, ""]) {
      const set = this.#bySvc.get(svc);
      if (!set) continue;
      for (const subscription of [...set]) {
        const { filter, listener } = subscription;
        if ((filter.type ?? envelope.type) === envelope.type && (filter.room ?? envelope.room) === envelope.room && set.has(subscription)) call(listener, envelope);
      }
    }
  }
}

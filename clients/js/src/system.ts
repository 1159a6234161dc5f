import type { Envelope } from "./envelope.js";
import type { ClientEvents } from "./events.js";
import { fields, number, text } from "./json.js";

type Notices = Pick<ClientEvents, "left" | "expiring" | "draining" | "lagging" | "kicked" | "budget">;
type Notice = { [K in keyof Notices]: { name: K; event: Notices[K] } }[keyof Notices];

/** What a notice of the gateway says; undefined for one that is not known, or makes no sense. */
export function notice({ type, room, data }: Envelope): Notice | undefined {
  const said = fields(data) ?? {};
  const value = (name: string): number => number(said[name]) ?? 0;
  const word = (name: string): string => text(said[name]) ?? "";
  switch (type) {
    case "left":
      return room === undefined ? undefined : { name: type, event: { room } };
    case "expiring":
      return { name: type, event: { inMs: value("in_ms") } };
    case "draining":
      return { name: type, event: { graceMs: value("grace_ms") } };
    case "lagging":
      return { name: type, event: { dropped: value("dropped"), lane: word("lane"), ...(room !== undefined && { room }) } };
    case "kicked":
      return { name: type, event: { reason: word("reason") } };
    case "budget":
      return value("rps") > 0 && value("burst") > 0 ? { name: type, event: { lane: word("lane"), rps: value("rps"), burst: value("burst") } } : undefined;
    default:
      return undefined;
  }
}

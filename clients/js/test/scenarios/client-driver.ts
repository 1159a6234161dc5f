import { Client, WsPrismError, type ClientOptions, type ConflatingSender, type HotFrame, type MarketSubscription } from "../../src/node.ts";
import { Queue } from "../support/queue.ts";

export type Fields = Record<string, unknown>;
// What stands in a scenario is taken as it is.
type Args = Record<string, any>;
export type Outcome = { data?: unknown; error?: { code: string; retry_after_ms?: number | undefined } };

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: unknown): Uint8Array => new Uint8Array(Buffer.from(String(text ?? ""), "hex"));
const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

// Names as scenarios have them: those of this library in snake case. What came as it is on the wire has none that change.
const neutral = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(neutral)
  : value instanceof WsPrismError ? { code: value.code, retry_after_ms: value.retryAfterMs }
  : value instanceof Uint8Array ? hex(value)
  : typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).map(([name, item]) => [snake(name), neutral(item)]))
  : value;

/** The library, told what to do in the words of scenarios, with what it tells in queues by kind. */
export class ClientDriver {
  readonly client: Client;
  readonly #events = new Map<string, Queue<unknown>>();
  readonly #results = new Map<string, Promise<Outcome>>();
  readonly #aborts = new Map<string, AbortController>();
  readonly #senders = new Map<string, ConflatingSender>();

  constructor(url: string, options: Fields, webSocket?: ClientOptions["webSocket"]) {
    this.client = new Client(this.#options(url, options, webSocket));
    for (const event of ["state", "session", "resumed", "message", "error", "joined", "left", "expiring", "draining", "lagging", "kicked", "budget", "malformed"] as const)
      this.client.on(event, (told) => this.events(event).put(event === "message" ? told : neutral(told)));
    this.client.on("resumeFailed", (told) => this.events("resume_failed").put(neutral(told)));
    this.client.hot.subscribe({}, (frame: HotFrame) => this.events("frame").put(neutral(frame)));
    this.client.presence.onChange((change) => this.events("presence").put(change));
    this.client.chat.onMessage((message) => this.events("chat").put(message));
    this.client.chat.onDirect((message) => this.events("direct").put(message));
    this.client.chat.onTyping((typing) => this.events("typing").put(typing));
    this.client.party.onInvited((told) => this.events("invited").put(told));
    this.client.party.onUpdate((told) => this.events("party").put(told));
    this.client.party.onClosed((told) => this.events("party_closed").put(told));
    this.client.market.onStale((keys) => this.events("stale").put({ keys }));
    this.client.market.onLive((keys) => this.events("live").put({ keys }));
  }

  events(kind: string): Queue<unknown> {
    let queue = this.#events.get(kind);
    if (!queue) this.#events.set(kind, (queue = new Queue()));
    return queue;
  }

  result(as: string): Promise<Outcome> {
    const result = this.#results.get(as);
    if (!result) throw new Error(`nothing was asked as ${as}`);
    return result;
  }

  stats(): Fields {
    const { messages, malformed, unknownIds, pending } = this.client.stats;
    const { received, gaps, stale, malformed: badFrames, tracked } = this.client.hot.stats;
    return { messages, malformed, unknown_ids: unknownIds, pending, hot_received: received, hot_gaps: gaps, hot_stale: stale, hot_malformed: badFrames, hot_tracked: tracked };
  }

  connect(): void {
    this.client.connect().catch(() => {});
  }

  request(step: Fields): void {
    const { as, svc, type, data, room, timeout_ms, repeatable, rate_limit_retries } = step;
    const controller = new AbortController();
    this.#aborts.set(as as string, controller);
    const options = { room, timeoutMs: timeout_ms, repeatable, rateLimitRetries: rate_limit_retries, signal: controller.signal };
    this.#keep(as, this.client.request(svc as string, type as string, data, options as never));
  }

  abort(as: string): void {
    this.#aborts.get(as)!.abort();
  }

  send({ svc, type, data, room }: Fields): string {
    return this.client.send(svc as string, type as string, data, room === undefined ? {} : { room: room as string });
  }

  hotSend({ svc_id, opcode, payload, key, room, reliable, seq }: Fields): string {
    return this.client.hot.send(svc_id as number, opcode as number, bytes(payload), { key, room, reliable, seq } as never);
  }

  hotRequest({ as, svc_id, opcode, payload, key, room, reliable, timeout_ms }: Fields): void {
    this.#keep(as, this.client.hot.sendAcked(svc_id as number, opcode as number, bytes(payload), { key, room, reliable, timeoutMs: timeout_ms ?? undefined } as never));
  }

  conflate({ svc_id, opcode, room, key, payload }: Fields): string {
    const name = `${svc_id},${opcode},${room}`;
    let sender = this.#senders.get(name);
    if (!sender) this.#senders.set(name, (sender = this.client.hot.conflate(svc_id as number, opcode as number, room === undefined ? {} : { room: room as string })));
    return sender.set(bytes(payload), key as number | undefined);
  }

  call({ as, method, args }: Fields): void {
    this.#keep(as, this.#call(method as string, (args ?? {}) as Args));
  }

  #keep(as: unknown, promise: Promise<unknown>): void {
    this.#results.set(
      as as string,
      promise.then(
        (data) => ({ data }),
        (error: unknown) => ({ error: error instanceof WsPrismError ? (neutral(error) as never) : { code: String(error) } }),
      ),
    );
  }

  #call(method: string, args: Args): Promise<unknown> {
    const { room, max_hz: maxHz, ...rest } = args;
    const { rooms, chat, party, presence, market } = this.client;
    switch (method) {
      case "room.join": return rooms.join(room, { ...rest, ...(maxHz !== undefined && { maxHz }) });
      case "room.leave": return rooms.leave(room);
      case "room.activate": return rooms.activate(room);
      case "room.members": return rooms.members(room, rest);
      case "room.history": return rooms.history(room, rest);
      case "room.list": return rooms.list();
      case "presence.state": return presence.setState(room, args.state!);
      case "presence.watch": return Promise.resolve(presence.watch(room, (users) => this.events("roster").put({ users: [...users.values()].map((member) => ({ ...member })) }))).then(() => undefined);
      case "chat.send": return chat.send(args.msg!, room === undefined ? {} : { room });
      case "chat.direct": return chat.direct(args.to!, args.msg!, room === undefined ? {} : { room });
      case "party.create": return party.create();
      case "party.invite": return party.invite(args.user!);
      case "party.accept": return party.accept(args.party!);
      case "party.decline": return party.decline(args.party!);
      case "party.leave": return party.leave();
      case "party.kick": return party.kick(args.user!);
      case "party.promote": return party.promote(args.user!);
      case "party.ready": return party.ready(args.ready);
      case "market.subscribe": {
        const { keys, format } = args;
        const options = { ...(format !== undefined && { format }), ...(maxHz !== undefined && { maxHz }) };
        return market.subscribe(keys!, (value) => this.events("value").put(neutral(value)), options).then((subscription) => (this.#subscription = subscription));
      }
      case "market.unsubscribe": return this.#subscription!.unsubscribe();
      default: throw new Error(`no such method: ${method}`);
    }
  }

  #subscription: MarketSubscription | undefined;

  #options(url: string, options: Fields, webSocket?: ClientOptions["webSocket"]): ClientOptions {
    const { ticket = "alice", tickets, tenant = "demo", reconnect, ping, limits, handshake_timeout_ms, request_timeout_ms } = options as Args;
    const { base_ms: baseMs = 1, max_ms: maxMs = 20, stable_ms: stableMs } = reconnect ?? {};
    const { interval_ms: intervalMs = 0, timeout_ms: timeoutMs } = ping ?? {};
    const { requests, buffered_bytes: bufferedBytes, receive_bytes: receiveBytes, tracked_keys: trackedKeys, conflated_keys: conflatedKeys, rooms, members } = limits ?? {};
    const given = tickets as (string | null)[] | undefined;
    let next = 0;
    return {
      url, tenant,
      ticket: given
        ? () => {
            const one = given[Math.min(next++, given.length - 1)];
            if (one === null) throw new Error("no ticket");
            return one!;
          }
        : ticket,
      reconnect: { baseMs, maxMs, ...(stableMs !== undefined && { stableMs }) },
      ping: { intervalMs, ...(timeoutMs !== undefined && { timeoutMs }) },
      limits: { requests, bufferedBytes, receiveBytes, trackedKeys, conflatedKeys, rooms, members } as never,
      ...(handshake_timeout_ms !== undefined && { handshakeTimeoutMs: handshake_timeout_ms }),
      ...(request_timeout_ms !== undefined && { requestTimeoutMs: request_timeout_ms }),
      ...(webSocket && { webSocket }),
    };
  }
}

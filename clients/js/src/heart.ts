import type { Clock } from "./clock.js";
import { encode } from "./envelope.js";
import { count, fields, number } from "./json.js";
import type { Settings } from "./options.js";

// A few pings soon, so that the clock is good within two seconds; then at the pace of the settings.
const Soon = 500;
const SoonPings = 4;
const Remembered = 16;

/** Pings the gateway while there is a connection, and notices when nothing comes any more. */
export class Heart {
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #wire: { transmit(json: string): void; dead(): void };
  readonly #sent = new Map<number, number>();
  #pings = 0;
  #beats = 0;
  #heard = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setTimeout> | undefined;

  constructor(settings: Settings, clock: Clock, wire: { transmit(json: string): void; dead(): void }) {
    this.#settings = settings;
    this.#clock = clock;
    this.#wire = wire;
  }

  start(): void {
    this.stop();
    this.#beats = 0;
    if (this.#settings.pingIntervalMs > 0) this.#beat();
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#watch);
    this.#watch = undefined;
    this.#sent.clear();
  }

  /** Something came: the connection lives. */
  heard(): void {
    this.#heard++;
  }

  pong(data: unknown): void {
    const { client_time, server_time_ms } = fields(data) ?? {};
    const sent = this.#sent.get(count(client_time) ?? -1);
    const serverTime = number(server_time_ms);
    if (sent === undefined || serverTime === undefined) return;
    this.#sent.delete(client_time as number);
    this.#clock.add(sent, serverTime, performance.now());
  }

  #beat(): void {
    const { pingIntervalMs, pingTimeoutMs } = this.#settings;
    const heard = this.#heard;
    const ping = ++this.#pings;
    this.#sent.set(ping, performance.now());
    if (this.#sent.size > Remembered) this.#sent.delete(this.#sent.keys().next().value!);
    this.#wire.transmit(encode("sys", "ping", undefined, { client_time: ping }));
    this.#watch ??= setTimeout(() => {
      this.#watch = undefined;
      if (this.#heard === heard) this.#wire.dead();
    }, pingTimeoutMs);
    this.#timer = setTimeout(() => this.#beat(), ++this.#beats < SoonPings ? Math.min(Soon, pingIntervalMs) : pingIntervalMs);
  }
}

import type { ClientOptions } from "../../src/index.ts";
import { encodeFrame, decodeFrame } from "../../src/hot/frame.ts";
import { MockGateway, type Attempt } from "../support/mock-gateway.ts";
import type { Heard, MockConnection } from "../support/mock-connection.ts";
import { Patience, until } from "../support/queue.ts";
import { ClientDriver, type Fields } from "./client-driver.ts";
import { mismatch, substitute, type Variables } from "./match.ts";

export interface Scenario {
  name: string;
  about?: string;
  options?: Fields;
  /** Where it is there, the client is connected before the first step. */
  opened?: Fields;
  steps: Fields[];
}

const authed = {
  tenant: "demo", user: "user:alice", session: "S1", handle: 17, ping_interval_ms: 20000, idle_timeout_ms: 60000, max_frame_bytes: 65536, server_time_ms: 1760000000000,
};

// Who is at the door, as scenarios have it.
const door = ({ tenant, ticket, resume, position }: Attempt): Fields => ({ tenant, ticket, resume, position: position === null ? null : Number(position) });

/** Plays one scenario: the steps one after the other, on the client and on the gateway. `clients/scenarios/README.md` says what each does. */
export class ScenarioRun {
  readonly #gateway = new MockGateway();
  readonly #variables: Variables = new Map();
  readonly #scenario: Scenario;
  #driver!: ClientDriver;
  #connection: MockConnection | undefined;
  #budgetAt = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  async play(webSocket?: ClientOptions["webSocket"]): Promise<void> {
    this.#driver = new ClientDriver(await this.#gateway.start(), this.#scenario.options ?? {}, webSocket);
    try {
      for (const [i, step] of [...this.#opening(), ...this.#scenario.steps].entries()) {
        try {
          await this.#step(step);
        } catch (error) {
          throw new Error(`step ${i + 1} ${JSON.stringify(step)}: ${(error as Error).message}`, { cause: error });
        }
      }
      this.#nothingLeft();
    } finally {
      this.#driver.client.close();
      await this.#gateway.stop();
    }
  }

  #opening(): Fields[] {
    const { opened } = this.#scenario;
    if (!opened) return [];
    return [
      { client: "connect" },
      { gateway: "accepts" },
      { ...opened, gateway: "greets" },
      ...["connecting", "open"].map((state) => ({ client: "sees", event: "state", with: { state } })),
      { client: "sees", event: "session" },
      ...["ext", "hot"].map((lane) => ({ client: "sees", event: "budget", with: { lane } })),
    ];
  }

  async #step(step: Fields): Promise<void> {
    const done = step.client !== undefined ? this.#client(step) : this.#gatewayStep(step);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error("it took too long")), Patience + 5000)));
    await Promise.race([done, late]).finally(() => clearTimeout(timer));
  }

  // What nobody expected is a mistake too: a message sent twice, an attempt after the end.
  #nothingLeft(): void {
    const heard = this.#connection?.heard.waiting.filter(({ kind }) => kind === "text" || kind === "frame") ?? [];
    if (heard.length) throw new Error(`the gateway heard more than it should: ${JSON.stringify(heard[0])}`);
    if (this.#driver.client.state === "closed" && this.#gateway.attempts.waiting.length) throw new Error("a closed client connected");
  }

  async #client(step: Fields): Promise<void> {
    const driver = this.#driver;
    // What is asked for has values in place of its variables; what is looked at has patterns.
    const told = ["result", "sees", "stats", "position"].includes(step.client as string) ? step : (this.#put(step) as Fields);
    switch (step.client) {
      case "connect": return driver.connect();
      case "close": return driver.client.close();
      case "request": return driver.request(told);
      case "abort": return driver.abort(step.as as string);
      case "send": return this.#check(step.outcome ?? "sent", driver.send(told));
      case "send_until": return this.#sendUntil(step);
      case "hot_send": return this.#check(step.outcome ?? "sent", driver.hotSend(told));
      case "hot_request": return driver.hotRequest(told);
      case "conflate": return this.#check(step.outcome ?? "queued", driver.conflate(told));
      case "call": return driver.call(told);
      case "result": return this.#result(step);
      case "sees": return this.#check(step.with ?? {}, await driver.events(step.event as string).take(`the event ${step.event}`));
      case "stats": return until(() => !this.#differs(step.with, driver.stats()), () => `stats are ${JSON.stringify(driver.stats())}`);
      case "position": return this.#check(step.with, driver.client.rooms.position(step.room as string));
      case "clock": return this.#clock(step.skew_ms as number);
      default: throw new Error(`no such step of a client: ${step.client}`);
    }
  }

  async #gatewayStep(step: Fields): Promise<void> {
    const connection = this.#connection!;
    const times = (step.times as number | undefined) ?? 1;
    switch (step.gateway) {
      case "accepts": {
        const attempt = await this.#gateway.attempts.take("a connection");
        this.#check(step.with ?? {}, door(attempt));
        this.#connection = attempt.accept();
        return;
      }
      case "refuses": return this.#refuse(step);
      case "greets": return this.#greet("authed", { ...authed, ...(step.data as Fields) }, step);
      case "resumes": {
        const { tenant: _, user: __, ...terms } = authed;
        return this.#greet("resumed", { ...terms, position: 0, replayed: 0, ...(step.data as Fields) }, step);
      }
      case "says": return this.#repeat(times, () => connection.text(JSON.stringify({ v: 1, ...(this.#put(step.envelope) as Fields) })));
      case "says_text": return this.#repeat(times, () => connection.text(step.text as string));
      case "says_frame": return this.#repeat(times, () => connection.frame(this.#frame(step)));
      case "writes": return this.#repeat(times, () => connection.raw(Buffer.from(step.hex as string, "hex")));
      case "closes": return connection.close(step.code as number, (step.reason as string | undefined) ?? "");
      case "cuts": return connection.cut();
      case "pings": {
        connection.ping();
        return void (await connection.pongs.take("a pong"));
      }
      case "stops_reading": return connection.pause();
      case "reads": return connection.resume();
      case "answers_pings": return void (connection.pings = { skewMs: (step.skew_ms as number | undefined) ?? 0 });
      case "ignores_pings": return void (connection.pings = "ignored");
      case "hears": return this.#check(step.envelope, JSON.parse((await this.#hear("text")).text!));
      case "hears_frame": return this.#check(step.frame, this.#heardFrame((await this.#hear("frame")).bytes!));
      case "hears_frames": return this.#hearFrames(step);
      case "hears_close": return this.#check(step.code, (await this.#hear("close")).code);
      case "connection_ends": return this.#ends();
      default: throw new Error(`no such step of a gateway: ${step.gateway}`);
    }
  }

  async #refuse(step: Fields): Promise<void> {
    const attempt = await this.#gateway.attempts.take("a connection");
    this.#check(step.with ?? {}, door(attempt));
    const answer = { status: step.status as number, body: step.body, retryAfterS: step.retry_after_s as number };
    const before = step.preflight as Fields | "cut" | undefined;
    if (step.cut === true) {
      this.#gateway.preflight = before === "cut" ? undefined : before === undefined ? { status: 426 } : { status: before.status as number, body: before.body, retryAfterS: before.retry_after_s as number };
      attempt.cut();
    } else {
      this.#gateway.preflight = answer;
      attempt.refuse(answer);
    }
  }

  #greet(type: string, data: Fields, { budget }: Fields): void {
    const said = this.#put(data);
    this.#connection!.text(JSON.stringify({ v: 1, svc: "sys", type, data: said, trace_id: "0123456789abcdef0123456789abcdef" }));
    this.#budgetAt = performance.now();
    for (const lane of ["ext", "hot"])
      this.#connection!.text(JSON.stringify({ v: 1, svc: "sys", type: "budget", data: { lane, ...((budget as Fields | undefined) ?? { rps: 200, burst: 400 }) } }));
  }

  async #sendUntil({ svc, type, data_bytes, outcome, at_most }: Fields): Promise<void> {
    for (let i = 0; i < (at_most as number); i++) {
      const became = this.#driver.send({ svc, type, data: { filler: "x".repeat(data_bytes as number) } });
      if (became === outcome) return;
      this.#check("sent", became);
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error(`${at_most} messages, and none was ${outcome}`);
  }

  async #result({ as, data, error }: Fields): Promise<void> {
    const outcome = await this.#driver.result(as as string);
    if (error !== undefined) return this.#check(error, outcome.error ?? `settled with ${JSON.stringify(outcome.data)}`);
    if (outcome.error) throw new Error(`${as} was refused: ${JSON.stringify(outcome.error)}`);
    if (data !== undefined) this.#check(data, outcome.data);
  }

  async #clock(skewMs: number): Promise<void> {
    const { clock } = this.#driver.client;
    await until(() => clock.synced, () => "the clock knows nothing");
    // Both clocks of this machine may be set while a test runs; a few milliseconds are given.
    const off = Math.abs(clock.now() - (Date.now() + skewMs));
    if (off > clock.errorBoundMs + 5) throw new Error(`the clock is ${off} ms off and says ${clock.errorBoundMs}`);
    if (!clock.latency || clock.latency.minMs < 0 || clock.latency.lastMs < clock.latency.minMs) throw new Error(`latency ${JSON.stringify(clock.latency)}`);
  }

  // As many as a budget allows since it was told, and not one more: however late they are looked at, they were not sent earlier.
  async #hearFrames({ until: last, at_most, budget }: Fields): Promise<void> {
    const { rps, burst } = (budget ?? { rps: Infinity, burst: Infinity }) as { rps: number; burst: number };
    for (let heard = 1; ; heard++) {
      const frame = this.#heardFrame((await this.#hear("frame")).bytes!);
      const allowed = burst + (rps * (performance.now() - this.#budgetAt)) / 1000;
      if (heard > allowed) throw new Error(`${heard} frames, where ${allowed} were allowed`);
      if (heard > ((at_most as number | undefined) ?? Infinity)) throw new Error(`${heard} frames`);
      if (!this.#differs(last, frame)) return;
    }
  }

  async #hear(kind: Heard["kind"]): Promise<Heard> {
    const heard = await this.#connection!.heard.take(`a ${kind}`);
    if (heard.kind !== kind) throw new Error(`the gateway heard ${JSON.stringify({ ...heard, bytes: heard.bytes?.toString("hex") })}`);
    return heard;
  }

  async #ends(): Promise<void> {
    for (;;) {
      const { kind } = await this.#connection!.heard.take("the end of the connection");
      if (kind === "end" || kind === "close") return;
    }
  }

  #heardFrame(bytes: Buffer): unknown {
    const frame = decodeFrame(new Uint8Array(bytes));
    if (!frame) throw new Error(`no Hot frame: ${bytes.toString("hex")}`);
    const { svcId, opcode, seq, key, sender, room, reliable, ack, payload } = frame;
    return { svc_id: svcId, opcode, seq, key, sender, room, reliable, ack, payload: Buffer.from(payload).toString("hex") };
  }

  #frame({ hex, frame }: Fields): Uint8Array {
    if (hex !== undefined) return Buffer.from(hex as string, "hex");
    const { svc_id, payload, ...rest } = this.#put(frame) as Record<string, never>;
    return encodeFrame({ svcId: svc_id!, ...rest, payload: new Uint8Array(Buffer.from(payload ?? "", "hex")) } as never);
  }

  async #repeat(times: number, act: () => void): Promise<void> {
    for (let i = 0; i < times && this.#connection!.writable; i++) {
      this.#variables.set("$i", i);
      this.#variables.set("$i_text", String(i));
      act();
      if (i % 64 === 63) await this.#connection!.drained();
    }
    this.#variables.delete("$i");
    this.#variables.delete("$i_text");
  }

  #put(value: unknown): unknown {
    return substitute(value, this.#variables);
  }

  // A pattern that does not match binds nothing.
  #differs(pattern: unknown, actual: unknown): string | undefined {
    const trial = new Map(this.#variables);
    const problem = mismatch(pattern, actual, trial);
    if (!problem) for (const [name, value] of trial) this.#variables.set(name, value);
    return problem;
  }

  #check(pattern: unknown, actual: unknown): void {
    const problem = this.#differs(pattern, actual);
    if (problem) throw new Error(`${problem}; all of it: ${JSON.stringify(actual)}`);
  }
}

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { backoff } from "../../src/backoff.ts";
import { Clock } from "../../src/clock.ts";
import { ConflatingSender } from "../../src/hot/conflater.ts";
import { IncomingSequences, isNewer, OutgoingSequences } from "../../src/hot/sequence.ts";
import { settle } from "../../src/options.ts";
import { closed, refused } from "../../src/outcome.ts";
import { Pace } from "../../src/pace.ts";
import { RoomBook } from "../../src/roombook.ts";
import { Subscriptions } from "../../src/subscriptions.ts";
import { blocks } from "../package/readme.ts";

describe("back-off", () => {
  test("is anything from nothing to a bound that doubles", () => {
    const settings = { baseMs: 100, maxMs: 1000 };
    expect([0, 1, 2, 3, 4, 99, 1e9].map((attempt) => backoff(attempt, settings, () => 1))).toEqual([100, 200, 400, 800, 1000, 1000, 1000]);
    expect(backoff(5, settings, () => 0)).toBe(0);
  });
});

describe("a conflating sender", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("looks again each second where the budget says never, and no more often", () => {
    let asked = 0;
    const pace = { waitMs: () => (asked++, 1e15) } as unknown as Pace;
    const sender = new ConflatingSender({ pace, limit: 10, refusal: () => undefined, send: () => "sent" }, 1, 1, undefined);
    sender.set(new Uint8Array([1]));
    vi.advanceTimersByTime(10_000);
    expect(sender.waiting).toBe(1);
    expect(asked).toBeGreaterThanOrEqual(10);
    expect(asked).toBeLessThan(15);
    sender.stop();
  });
});

describe("endings", () => {
  test("seconds to wait are read from a close and from an answer, and nonsense is not", () => {
    expect(closed(1013, "429 RATE_LIMITED retry_after=2").retryAfterMs).toBe(2000);
    expect(closed(1013, "retry_after=").retryAfterMs).toBeUndefined();
    for (const retryAfter of [undefined, "", "soon", "-1", "Wed, 21 Oct 2015 07:28:00 GMT"]) expect(refused({ status: 503, body: "", retryAfter }).retryAfterMs).toBeUndefined();
    expect(refused({ status: 503, body: "", retryAfter: "3" }).retryAfterMs).toBe(3000);
  });

  test("statuses", () => {
    const advice = (status: number): string => refused({ status, body: "{}" }).advice;
    expect([400, 401, 403, 404, 405, 408, 426, 429, 500, 502, 503, 504, 200, 302].map(advice)).toEqual(["stop", "ticket", "stop", "stop", "stop", ...Array(9).fill("later")]);
  });
});

describe("addresses", () => {
  test.each([
    ["https://gateway.example", "wss://gateway.example/v1/ws"],
    ["http://gateway.example:8080/", "ws://gateway.example:8080/v1/ws"],
    ["wss://gateway.example/v1/ws", "wss://gateway.example/v1/ws"],
    ["wss://example.com/realtime/v1/ws?x=1", "wss://example.com/realtime/v1/ws?x=1"],
  ])("%s", (url, expected) => expect(settle({ url, tenant: "t", ticket: "x" }).url.href).toBe(expected));
});

describe("sequence numbers", () => {
  test("are compared by RFC 1982", () => {
    expect([isNewer(1, 0), isNewer(0, 1), isNewer(5, 5), isNewer(0, 0xffffffff), isNewer(0xffffffff, 0), isNewer(0x7fffffff, 0)]).toEqual([true, false, false, true, false, true]);
  });

  test("go on from the highest that was forgotten", () => {
    const sequences = new OutgoingSequences(2);
    for (let i = 0; i < 5; i++) sequences.next(1, 1, 1);
    sequences.next(1, 1, 2);
    sequences.next(1, 1, 3);
    expect(sequences.next(1, 1, 1)).toBe(6);
  });

  test("of rows at the bound are remembered, one more forgets the oldest", () => {
    const sequences = new IncomingSequences(2);
    const accept = (key: number): boolean => sequences.accept({ svcId: 1, opcode: 1, seq: 5, key });
    expect([accept(1), accept(2), accept(1), accept(2), accept(3), accept(1)]).toEqual([true, true, false, false, true, true]);
    expect(sequences.size).toBe(2);
  });
});

// What the page gives to who writes a client without this one, by the same names.
const PageClock = new Function(`${blocks("../../docs/clock.md", "js")[0]}; return Clock;`)() as new () => { add: Clock["add"]; offset(now: number): { ms: number; bound: number } };
const clockOfThePage = (): Pick<Clock, "add" | "now" | "errorBoundMs"> => {
  const clock = new PageClock();
  return {
    add: (sent, serverTimeMs, received) => clock.add(sent, serverTimeMs, received),
    now: () => performance.now() + clock.offset(performance.now()).ms,
    get errorBoundMs() {
      return clock.offset(performance.now()).bound;
    },
  };
};

describe("the clock", () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ["performance", "Date"] }));
  afterEach(() => vi.useRealTimers());

  test("knows nothing before the first pong", () => {
    const clock = new Clock();
    expect([clock.synced, clock.errorBoundMs, clock.latency, clock.now()]).toEqual([false, Infinity, undefined, Date.now()]);
  });

  test("lies within its bound whatever way took how long", () => {
    const clock = new Clock();
    const truth = 1_700_000_000_000.25;
    for (const [out, back] of [[80, 3], [2, 60], [5, 5], [0, 90]] as const) {
      const sent = performance.now();
      vi.advanceTimersByTime(out);
      const serverTime = Math.floor(truth + performance.now());
      vi.advanceTimersByTime(back);
      clock.add(sent, serverTime, performance.now());
      expect(Math.abs(clock.now() - (truth + performance.now()))).toBeLessThanOrEqual(clock.errorBoundMs);
    }
    expect(clock.errorBoundMs).toBeLessThan(6);
    expect(clock.latency).toEqual({ lastMs: 90, minMs: 10, averageMs: (83 + 62 + 10 + 90) / 4 });
  });

  test.each([
    ["the client's", () => new Clock()],
    ["that of docs/clock.md", clockOfThePage],
  ])("%s is never further off than it says, whatever the ways take and the clocks do", (_, make) => {
    let seed = 1;
    const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
    for (let run = 0; run < 200; run++) {
      // A gateway whose clock goes wrong by up to 100 parts in a million, over ways that take unequal times; once somebody sets it.
      const clock = make();
      const rate = 1 + (random() * 2 - 1) / 10_000;
      let base = 1_760_000_000_000 + random() * 1000;
      const truth = (): number => base + performance.now() * rate;
      for (let i = 0; i < 60; i++) {
        if (i === 40) base += 5000;
        vi.advanceTimersByTime(2000 * random());
        const sent = performance.now();
        vi.advanceTimersByTime(200 * random() ** 4);
        const serverTime = Math.floor(truth());
        vi.advanceTimersByTime(200 * random() ** 4);
        const rtt = performance.now() - sent;
        clock.add(sent, serverTime, performance.now());
        expect(Math.abs(clock.now() - truth()) - clock.errorBoundMs).toBeLessThan(1e-3);
        expect(clock.errorBoundMs).toBeLessThan(201);
        // What was known before somebody set it is worth nothing.
        if (i === 40) expect(clock.errorBoundMs).toBeCloseTo((rtt + 1) / 2, 0);
      }
      expect(clock.errorBoundMs).toBeLessThan(20);
    }
  });

  test("grows less sure with time, and believes the newest when somebody has set a clock", () => {
    const clock = new Clock();
    clock.add(performance.now(), 1000, performance.now());
    const sure = clock.errorBoundMs;
    vi.advanceTimersByTime(100_000);
    expect(clock.errorBoundMs).toBeCloseTo(sure + 10, 5);
    clock.add(performance.now(), 9_000_000, performance.now());
    expect(clock.now()).toBeCloseTo(9_000_000.5, 3);
  });
});

describe("the pace", () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ["performance"] }));
  afterEach(() => vi.useRealTimers());

  test("keeps below the budget over any time", () => {
    const pace = new Pace();
    pace.set(100, 20, true);
    let sent = 0;
    for (let ms = 0; ms <= 2000; ms++) {
      while (pace.waitMs() === 0) {
        pace.spend();
        sent++;
      }
      expect(sent).toBeLessThanOrEqual(20 + ms / 10);
      vi.advanceTimersByTime(1);
    }
    expect(sent).toBeGreaterThan(180);
  });

  test("says how long to wait, and then there is a token", () => {
    const pace = new Pace();
    pace.set(1, 2, true);
    pace.spend();
    const wait = pace.waitMs();
    expect(wait).toBeGreaterThan(0);
    vi.advanceTimersByTime(Math.ceil(wait));
    expect(pace.waitMs()).toBe(0);
  });
});

describe("the room book", () => {
  test("takes rooms up to its bound, and those it has again", () => {
    const book = new RoomBook(1);
    const joined = (room: string): unknown => book.joined({ svc: "sys", type: "joined", room, data: { handle: 1, members: 1 } });
    expect([joined("a") !== undefined, joined("b") !== undefined, joined("a") !== undefined]).toEqual([true, false, true]);
  });
});

describe("subscriptions", () => {
  test("get what their filter lets through, until they end", () => {
    const subscriptions = new Subscriptions();
    const got: string[] = [];
    const ends = [{}, { svc: "chat" }, { svc: "chat", type: "msg" }, { room: "a" }, { svc: "chat", room: "b" }].map((filter) =>
      subscriptions.add(filter, ({ svc, type, room }) => got.push(`${JSON.stringify(filter)} ${svc}.${type} ${room}`)),
    );
    subscriptions.deliver({ svc: "chat", type: "msg", room: "a" });
    expect(got).toHaveLength(4);
    ends.forEach((end) => end());
    subscriptions.deliver({ svc: "chat", type: "msg", room: "a" });
    expect(got).toHaveLength(4);
  });

  test("a listener that throws keeps nobody else from hearing", async () => {
    const subscriptions = new Subscriptions();
    const thrown = vi.spyOn(globalThis, "setTimeout").mockImplementation(() => 0 as never);
    let heard = 0;
    subscriptions.add({}, () => {
      throw new Error("a bug of the application");
    });
    subscriptions.add({}, () => heard++);
    subscriptions.deliver({ svc: "a", type: "b" });
    expect(heard).toBe(1);
    expect(thrown).toHaveBeenCalledOnce();
    thrown.mockRestore();
  });
});

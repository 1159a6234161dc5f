import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeFrames, encodeFrame, HotFlag, type HotFrame } from "../../src/hot/frame.ts";
import * as layouts from "../../src/hot/layout.ts";
import { decode, encode } from "../../src/envelope.ts";

const read = (path: string): any => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
const hex = (data: Uint8Array): string => Buffer.from(data).toString("hex");

describe("the protocol's Hot frames", () => {
  for (const { name, hex: wire, expect: fields, error } of read("../../../../test/vectors/hot.json"))
    test(name, () => {
      const frames = decodeFrames(bytes(wire));
      // What only a client must not set is for the gateway to refuse.
      if (error) return expect(frames === undefined || (wire !== "" && (Number.parseInt(wire.slice(4, 6), 16) & (HotFlag.Sender | HotFlag.Batch)) !== 0)).toBe(true);
      if (fields.inner_hex) return expect(frames!.map((frame) => hex(encodeFrame(frame)))).toEqual(fields.inner_hex);

      const [frame] = frames as [HotFrame];
      expect([frame.svcId, frame.opcode, frame.seq, frame.key, frame.sender, frame.room, hex(frame.payload)]).toEqual([fields.svc_id, fields.opcode, fields.seq, fields.key, fields.sender, fields.room, fields.payload_hex]);
      expect(frame.reliable).toBe((fields.flags & HotFlag.Reliable) !== 0);
      expect(hex(encodeFrame(frame))).toBe(wire);
    });

  test("each frame, cut anywhere, is none or has a shorter payload", () => {
    for (const { hex: wire, expect: fields } of read("../../../../test/vectors/hot.json").filter((vector: { expect?: unknown }) => vector.expect)) {
      const whole = bytes(wire);
      const head = whole.length - (fields.payload_hex?.length ?? 0) / 2;
      for (let length = 0; length < whole.length; length++) expect(decodeFrames(whole.slice(0, length)) !== undefined).toBe(!fields.inner_hex && length >= head);
    }
  });
});

describe("whatever comes", () => {
  let seed = 20;
  const random = (below: number): number => (seed = (seed * 48271) % 0x7fffffff) % below;

  test("as a Hot frame is one that can be written again, or none", () => {
    let good = 0;
    for (let round = 0; round < 50_000; round++) {
      const data = Uint8Array.from({ length: random(40) }, () => (random(3) ? random(4) : random(256)));
      if (data.length > 2 && random(2)) data[2] = HotFlag.Batch;
      const frames = decodeFrames(data);
      if (!frames) continue;
      good++;
      expect(frames.reduce((sum, frame) => sum + frame.payload.length, 0)).toBeLessThanOrEqual(data.length);
      for (const frame of frames) expect(decodeFrames(encodeFrame(frame))).toEqual([frame]);
    }
    expect(good).toBeGreaterThan(1000);
  });

  test("as text is an envelope or none", () => {
    const whole = '{"v":1,"svc":"chat","type":"msg","room":"lobby","offset":7,"id":"x","data":{"msg":"h\\u00e9"}}';
    for (let round = 0; round < 20_000; round++) {
      const at = random(whole.length);
      const mutated = whole.slice(0, at) + ["", '"', "{", "[", "\\", "1e999", "null", "\u0000"][random(8)]! + whole.slice(at + random(4));
      const envelope = decode(mutated);
      if (envelope) expect([typeof envelope.svc, typeof envelope.type]).toEqual(["string", "string"]);
    }
    expect(decode("[".repeat(1_000_000))).toBeUndefined();
    expect(decode(`{"svc":"a","type":"b","data":${"[".repeat(100_000)}${"]".repeat(100_000)}}`)?.svc ?? "a").toBe("a");
  });
});

describe("the protocol's envelopes", () => {
  for (const { name, text, expect: fields, error } of read("../../../../test/vectors/envelope.json").filter((vector: { name: string; error?: string }) => !vector.error || !/unknown|repeated|upper|colon|empty|control|long|deep|surrogate/.test(vector.name)))
    test(name, () => {
      const envelope = decode(text);
      if (error) return expect(envelope).toBeUndefined();
      expect(envelope).toMatchObject({ svc: fields.svc, type: fields.type });
      expect(envelope!.room).toBe(fields.room);
      expect(JSON.parse(encode(fields.svc, fields.type, fields.room, fields.data && JSON.parse(fields.data), fields.id))).toEqual({ ...fields, ...(fields.data && { data: JSON.parse(fields.data) }) });
    });
});

const field = (kind: string | [string, never][]): layouts.Field<any> => {
  if (typeof kind !== "string") return layouts.layout(Object.fromEntries(kind.map(([name, inner]) => [name, field(inner)])));
  const [type, of, names] = kind.split(":");
  return type === "bits" ? layouts.bits(field(of!), ...names!.split(",")) : (layouts as unknown as Record<string, layouts.Field<any>>)[type!]!;
};

describe("layouts", () => {
  for (const { name, fields, value, hex: wire } of read("../../../vectors/layouts.json"))
    test(name, () => {
      const layout = field(fields) as layouts.Layout<unknown>;
      expect(hex(layout.encode(value))).toBe(wire);
      expect(layout.decode(bytes(wire))).toMatchObject(value);
      expect(layout.decode(bytes(wire.slice(2)))).toBeUndefined();
      expect(layout.decode(bytes(`${wire}00`))).toMatchObject(value);
    });
});

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

//  byte 0    byte 1    byte 2    then, where the flag is set, in this order                rest
// +---------+---------+---------+---------+---------+------------+----------+------------+---------+
// | svc_id  | opcode  | flags   | SEQ u32 | KEY u32 | SENDER u32 | ROOM u32 | BATCH u16  | payload |
// +---------+---------+---------+---------+---------+------------+----------+------------+---------+

/** Flags of a Hot frame. */
export const HotFlag = { Seq: 0x01, Ack: 0x02, Key: 0x04, Sender: 0x08, Room: 0x10, Reliable: 0x20, Batch: 0x40, Ext: 0x80 } as const;

/** A binary message. What is not in it is undefined. */
export interface HotFrame {
  readonly svcId: number;
  readonly opcode: number;
  readonly seq?: number | undefined;
  readonly key?: number | undefined;
  /** From the gateway: the handle of the session that sent it. */
  readonly sender?: number | undefined;
  /** The handle of its room, where that is not the active one. */
  readonly room?: number | undefined;
  readonly reliable?: boolean;
  readonly ack?: boolean;
  /** From the gateway a view of the message: copy what is to be changed or kept for long. */
  readonly payload: Uint8Array;
}

/** A frame as bytes. */
export function encodeFrame(frame: HotFrame): Uint8Array {
  const { seq, key, sender, room, payload } = frame;
  const fields = [seq, key, sender, room];
  let flags = (frame.reliable ? HotFlag.Reliable : 0) | (frame.ack ? HotFlag.Ack : 0);
  let at = 3;
  const bytes = new Uint8Array(3 + 4 * fields.filter((field) => field !== undefined).length + payload.length);
  const view = new DataView(bytes.buffer);
  for (const [i, field] of fields.entries()) {
    if (field === undefined) continue;
    flags |= fieldFlags[i]!;
    view.setUint32(at, field, true);
    at += 4;
  }
  bytes[0] = frame.svcId;
  bytes[1] = frame.opcode;
  bytes[2] = flags;
  bytes.set(payload, at);
  return bytes;
}

const fieldFlags = [HotFlag.Seq, HotFlag.Key, HotFlag.Sender, HotFlag.Room];

/** The frames in a binary message, those of a BATCH one by one; undefined where it is none. All or nothing. */
export function decodeFrames(bytes: Uint8Array): HotFrame[] | undefined {
  if ((bytes[2] ?? 0) & HotFlag.Batch) return decodeBatch(bytes);
  const frame = decodeFrame(bytes);
  return frame && [frame];
}

/** One frame that is no BATCH. */
export function decodeFrame(bytes: Uint8Array): HotFrame | undefined {
  const flags = bytes[2] ?? HotFlag.Ext;
  if (flags & (HotFlag.Ext | HotFlag.Batch)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 3;
  if (length(flags) > bytes.length) return undefined;
  const field = (flag: number): number | undefined => {
    if (!(flags & flag)) return undefined;
    at += 4;
    return view.getUint32(at - 4, true);
  };
  return {
    svcId: bytes[0]!,
    opcode: bytes[1]!,
    seq: field(HotFlag.Seq),
    key: field(HotFlag.Key),
    sender: field(HotFlag.Sender),
    room: field(HotFlag.Room),
    reliable: (flags & HotFlag.Reliable) !== 0,
    ack: (flags & HotFlag.Ack) !== 0,
    payload: bytes.subarray(at),
  };
}

function decodeBatch(bytes: Uint8Array): HotFrame[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = length(bytes[2]!);
  if (bytes[2]! & HotFlag.Ext || at > bytes.length) return undefined;
  const frames: HotFrame[] = [];
  for (let left = view.getUint16(at - 2, true); left > 0; left--) {
    const start = at + 2;
    if (start > bytes.length) return undefined;
    at = start + view.getUint16(at, true);
    const frame = at <= bytes.length && decodeFrame(bytes.subarray(start, at));
    if (!frame) return undefined;
    frames.push(frame);
  }
  return at === bytes.length ? frames : undefined;
}

// Of the header with its fields.
const length = (flags: number): number =>
  fieldFlags.reduce((sum, flag) => sum + (flags & flag ? 4 : 0), flags & HotFlag.Batch ? 5 : 3);

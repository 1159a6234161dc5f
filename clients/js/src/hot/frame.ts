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
export const encodeFrame = (frame: HotFrame): Uint8Array => encodeInto(frame, (length) => new Uint8Array(length));

/** A frame as bytes in memory that is given: as much as is asked for, or more. */
export function encodeInto(frame: HotFrame, memory: (length: number) => Uint8Array): Uint8Array {
  const { seq, key, sender, room, payload } = frame;
  const flags =
    (seq === undefined ? 0 : HotFlag.Seq) | (key === undefined ? 0 : HotFlag.Key) | (sender === undefined ? 0 : HotFlag.Sender) |
    (room === undefined ? 0 : HotFlag.Room) | (frame.reliable ? HotFlag.Reliable : 0) | (frame.ack ? HotFlag.Ack : 0);
  let at = length(flags);
  const bytes = memory(at + payload.length);
  bytes.set(payload, at);
  const put = (field: number | undefined): void => {
    if (field === undefined) return;
    at -= 4;
    bytes[at] = field;
    bytes[at + 1] = field >>> 8;
    bytes[at + 2] = field >>> 16;
    bytes[at + 3] = field >>> 24;
  };
  put(room);
  put(sender);
  put(key);
  put(seq);
  bytes[0] = frame.svcId;
  bytes[1] = frame.opcode;
  bytes[2] = flags;
  return bytes;
}

/** The frames in a binary message, those of a BATCH one by one; undefined where it is none. All or nothing. */
export function decodeFrames(bytes: Uint8Array): HotFrame[] | undefined {
  if ((bytes[2] ?? 0) & HotFlag.Batch) return decodeBatch(bytes);
  const frame = decodeFrame(bytes);
  return frame && [frame];
}

/** One frame that is no BATCH. */
export const decodeFrame = (bytes: Uint8Array): HotFrame | undefined => read(bytes, 0, bytes.length);

const u16 = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8);

// The frame between two places of a message.
function read(bytes: Uint8Array, start: number, end: number): HotFrame | undefined {
  if (end - start < 3) return undefined;
  const flags = bytes[start + 2]!;
  if (flags & (HotFlag.Ext | HotFlag.Batch) || start + length(flags) > end) return undefined;
  let at = start + 3;
  const field = (flag: number): number | undefined => {
    if (!(flags & flag)) return undefined;
    at += 4;
    return (u16(bytes, at - 4) | (u16(bytes, at - 2) << 16)) >>> 0;
  };
  return {
    svcId: bytes[start]!,
    opcode: bytes[start + 1]!,
    seq: field(HotFlag.Seq),
    key: field(HotFlag.Key),
    sender: field(HotFlag.Sender),
    room: field(HotFlag.Room),
    reliable: (flags & HotFlag.Reliable) !== 0,
    ack: (flags & HotFlag.Ack) !== 0,
    payload: bytes.subarray(at, end),
  };
}

function decodeBatch(bytes: Uint8Array): HotFrame[] | undefined {
  let at = length(bytes[2]!);
  if (bytes[2]! & HotFlag.Ext || at > bytes.length) return undefined;
  const frames: HotFrame[] = [];
  for (let left = u16(bytes, at - 2); left > 0; left--) {
    const start = at + 2;
    if (start > bytes.length) return undefined;
    at = start + u16(bytes, at);
    const frame = at <= bytes.length ? read(bytes, start, at) : undefined;
    if (!frame) return undefined;
    frames.push(frame);
  }
  return at === bytes.length ? frames : undefined;
}

// Of the header with its fields: four bytes for each of these flags, two for a batch.
const length = (flags: number): number =>
  3 + 4 * ((flags & 1) + ((flags >> 2) & 1) + ((flags >> 3) & 1) + ((flags >> 4) & 1)) + 2 * ((flags >> 6) & 1);

import { randomFillSync } from "node:crypto";

/** A message, or a control frame, as it came. */
export interface Message {
  opcode: number;
  payload: Buffer;
}

export const Opcode = { Continuation: 0, Text: 1, Binary: 2, Close: 8, Ping: 9, Pong: 10 } as const;

/** What ends a connection: a close code and a reason. */
export class FramingError extends Error {
  readonly code: number;

  constructor(code: number, reason: string) {
    super(reason);
    this.code = code;
  }
}

// Many small pieces weigh more than their bytes.
const MaxFragments = 1024;

/** Bytes of a server in, messages out: RFC 6455 without extensions. Holds at most one message of `limit` bytes. */
export class FrameReader {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  // Where the first chunk is to be read from, and how much there is from there on.
  #at = 0;
  #length = 0;
  #head: { final: boolean; opcode: number; length: number } | undefined;
  #opcode = 0;
  #fragments: Buffer[] = [];
  #collected = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#chunks.length > MaxFragments) this.#gather(this.#length);
  }

  /** The next message that is there; throws a {@link FramingError}. */
  next(): Message | undefined {
    for (;;) {
      this.#head ??= this.#readHead();
      if (!this.#head || this.#length < this.#head.length) return undefined;
      const { final, opcode, length } = this.#head;
      this.#head = undefined;
      const payload = this.#take(length);
      if (opcode >= Opcode.Close) return { opcode, payload };
      if (final && opcode !== Opcode.Continuation) return { opcode, payload };
      if (opcode !== Opcode.Continuation) this.#opcode = opcode;
      this.#collect(payload);
      if (!final) continue;
      const message = { opcode: this.#opcode, payload: Buffer.concat(this.#fragments) };
      this.#opcode = this.#collected = 0;
      this.#fragments = [];
      return message;
    }
  }

  #readHead(): { final: boolean; opcode: number; length: number } | undefined {
    if (this.#length < 2) return undefined;
    const start = this.#gather(2);
    const [first, second] = [start[this.#at]!, start[this.#at + 1]!];
    const [final, opcode] = [(first & 0x80) !== 0, first & 0x0f];
    const isControl = opcode >= Opcode.Close;
    if (first & 0x70) throw new FramingError(1002, "reserved bit");
    if (second & 0x80) throw new FramingError(1002, "masked");
    if (opcode > Opcode.Pong || (opcode > Opcode.Binary && opcode < Opcode.Close)) throw new FramingError(1002, "opcode");
    if (isControl && (!final || second > 125)) throw new FramingError(1002, "control frame");
    if (!isControl && (opcode === Opcode.Continuation) !== (this.#opcode !== 0)) throw new FramingError(1002, "fragments");

    const more = second === 126 ? 2 : second === 127 ? 8 : 0;
    if (this.#length < 2 + more) return undefined;
    const bytes = this.#gather(2 + more);
    const length = more === 0 ? second : more === 2 ? bytes.readUInt16BE(this.#at + 2) : Number(bytes.readBigUInt64BE(this.#at + 2));
    if (!isControl && this.#collected + length > this.#limit) throw new FramingError(1009, "too_long");
    this.#skip(2 + more);
    return { final, opcode, length };
  }

  // A copy: a slice would hold the whole chunk that it came in.
  #collect(payload: Buffer): void {
    if (!payload.length) return;
    this.#collected += payload.length;
    this.#fragments.push(Buffer.from(payload));
    if (this.#fragments.length > MaxFragments) this.#fragments = [Buffer.concat(this.#fragments)];
  }

  /** The first chunk, made to hold so many bytes from where it is to be read. */
  #gather(length: number): Buffer {
    if (this.#chunks[0]!.length - this.#at < length) {
      this.#chunks[0] = this.#chunks[0]!.subarray(this.#at);
      this.#chunks = [Buffer.concat(this.#chunks)];
      this.#at = 0;
    }
    return this.#chunks[0]!;
  }

  #skip(length: number): void {
    this.#at += length;
    this.#length -= length;
    if (this.#at < this.#chunks[0]!.length) return;
    this.#chunks.shift();
    this.#at = 0;
  }

  #take(length: number): Buffer {
    if (length === 0) return Buffer.alloc(0);
    const payload = this.#gather(length).subarray(this.#at, this.#at + length);
    this.#skip(length);
    return payload;
  }
}

// The system is asked for many masks at once: that takes as long as for one.
const masks = Buffer.alloc(8192);
let nextMask = masks.length;

/** A frame of a client, masked. */
export function writeFrame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const head = length < 126 ? 2 : length < 0x10000 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + 4 + length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (head === 2 ? length : head === 4 ? 126 : 127);
  if (head === 4) frame.writeUInt16BE(length, 2);
  if (head === 10) frame.writeBigUInt64BE(BigInt(length), 2);
  if (nextMask === masks.length) {
    randomFillSync(masks);
    nextMask = 0;
  }
  masks.copy(frame, head, nextMask, (nextMask += 4));
  for (let i = 0; i < length; i++) frame[head + 4 + i] = payload[i]! ^ frame[head + (i & 3)]!;
  return frame;
}

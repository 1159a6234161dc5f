/** Whether a sequence number is newer than another: RFC 1982, so that counting goes on past 4,294,967,295. */
export const isNewer = (seq: number, than: number): boolean => seq !== than && ((seq - than) | 0) > 0;

/** What gives out sequence numbers, one row for each (svc_id, opcode, key). */
export class OutgoingSequences {
  readonly #last = new Map<number, number>();
  readonly #limit: number;
  // A key that was forgotten must not begin anew, for the gateway may remember it: all keys without a row go on from here.
  #floor = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  next(svcId: number, opcode: number, key: number | undefined): number {
    const row = (key === undefined ? 0 : key + 1) * 0x10000 + svcId * 0x100 + opcode;
    const last = this.#last.get(row) ?? this.#floor;
    const seq = (last + 1) >>> 0;
    this.#last.delete(row); // to the end: the first is the one not used for longest
    this.#last.set(row, seq);
    if (this.#last.size > this.#limit) {
      const [oldest, forgotten] = this.#last.entries().next().value!;
      this.#last.delete(oldest);
      if (isNewer(forgotten, this.#floor)) this.#floor = forgotten;
    }
    return seq;
  }
}

/** What has come, by where it is from: tells what is stale, and counts what was skipped. */
export class IncomingSequences {
  readonly #last = new Map<string, number>();
  readonly #limit: number;
  gaps = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#last.size;
  }

  /** Whether a frame is news. */
  accept(frame: { svcId: number; opcode: number; seq?: number | undefined; key?: number | undefined; sender?: number | undefined; room?: number | undefined }): boolean {
    const { seq } = frame;
    if (seq === undefined) return true;
    const row = `${frame.svcId},${frame.key ?? ""},${frame.opcode},${frame.sender ?? ""},${frame.room ?? ""}`;
    const last = this.#last.get(row);
    if (last !== undefined) {
      if (!isNewer(seq, last)) return false;
      this.gaps += ((seq - last) >>> 0) - 1;
    } else if (this.#last.size >= this.#limit) {
      this.#last.delete(this.#last.keys().next().value!);
    }
    this.#last.set(row, seq);
    return true;
  }

  /** Whatever comes next of these keys is a beginning. */
  forget(svcId: number, keys: ReadonlySet<number>): void {
    for (const row of this.#last.keys()) {
      const [svc, key] = row.split(",", 2);
      if (Number(svc) === svcId && key !== "" && keys.has(Number(key))) this.#last.delete(row);
    }
  }

  /** Whatever comes next of this room, or of the active one, is a beginning. */
  forgetRoom(room: number | undefined): void {
    for (const row of this.#last.keys()) if (row.endsWith(",") || (room !== undefined && row.endsWith(`,${room}`))) this.#last.delete(row);
  }

  clear(): void {
    this.#last.clear();
  }
}

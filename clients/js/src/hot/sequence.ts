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
    this.#last.set(row, seq);
    if (this.#last.size > this.#limit) {
      const [oldest, forgotten] = this.#last.entries().next().value!;
      this.#last.delete(oldest);
      if (isNewer(forgotten, this.#floor)) this.#floor = forgotten;
    }
    return seq;
  }
}

/** The last number of one source. */
interface Row extends Source {
  seq: number;
  /** Others of the same hash. */
  readonly next: Row | undefined;
}

interface Source {
  readonly svcId: number;
  readonly opcode: number;
  readonly key?: number | undefined;
  readonly sender?: number | undefined;
  readonly room?: number | undefined;
}

/** What has come, by where it is from: tells what is stale, and counts what was skipped. */
export class IncomingSequences {
  // By hash: a name made of five numbers would be a text, and that takes longer than all the rest. Those that came first stand first.
  readonly #rows = new Map<number, Row>();
  readonly #limit: number;
  // Nobody else knows which sources have the same hash.
  readonly #salt = (Math.random() * 2 ** 32) | 1;
  #size = 0;
  gaps = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /** Whether a frame is news. */
  accept(frame: Source & { readonly seq?: number | undefined }): boolean {
    const { svcId, opcode, seq, key, sender, room } = frame;
    if (seq === undefined) return true;
    const salt = this.#salt;
    const hash = (Math.imul(Math.imul(Math.imul((key ?? -1) ^ (opcode << 8), salt) ^ (sender ?? -1), salt) ^ (room ?? -1), salt) ^ svcId) >>> 2;
    for (let row = this.#rows.get(hash); row; row = row.next)
      if (row.key === key && row.sender === sender && row.opcode === opcode && row.svcId === svcId && row.room === room) {
        if (!isNewer(seq, row.seq)) return false;
        this.gaps += ((seq - row.seq) >>> 0) - 1;
        row.seq = seq;
        return true;
      }
    if (this.#size >= this.#limit) this.#drop(this.#rows.keys().next().value!, () => true);
    this.#rows.set(hash, { svcId, opcode, key, sender, room, seq, next: this.#rows.get(hash) });
    this.#size++;
    return true;
  }

  /** Whatever comes next of these keys is a beginning. */
  forget(svcId: number, keys: ReadonlySet<number>): void {
    this.#dropAll((row) => row.svcId === svcId && row.key !== undefined && keys.has(row.key));
  }

  /** Whatever comes next of this room, or of the active one, is a beginning. */
  forgetRoom(room: number | undefined): void {
    this.#dropAll((row) => row.room === undefined || row.room === room);
  }

  clear(): void {
    this.#rows.clear();
    this.#size = 0;
  }

  #dropAll(which: (row: Row) => boolean): void {
    for (const hash of this.#rows.keys()) this.#drop(hash, which);
  }

  #drop(hash: number, which: (row: Row) => boolean): void {
    let kept: Row | undefined;
    for (let row = this.#rows.get(hash); row; row = row.next)
      if (which(row)) this.#size--;
      else kept = { ...row, next: kept };
    if (kept) this.#rows.set(hash, kept);
    else this.#rows.delete(hash);
  }
}

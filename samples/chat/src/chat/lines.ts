import type { Envelope, HistoryPosition } from "wsprism";

/** An entry of a room's history. One without a text is none of this chat's, and kept because its offset counts. */
export interface Line extends Readonly<HistoryPosition> {
  readonly from: string;
  readonly text?: string;
  readonly ts: number;
}

export const isSaid = ({ svc, type }: Envelope): boolean => svc === "chat" && type === "msg";

export function lineOf(envelope: Envelope, { epoch, offset }: HistoryPosition): Line {
  if (!isSaid(envelope)) return { epoch, offset, from: "", ts: 0 };
  const { from, msg, ts } = envelope.data as { from: string; msg: string; ts: number };
  return { epoch, offset, from, text: msg, ts };
}

/** Puts lines where they belong, each once: live messages, replays and pages overtake each other. */
export function merge(lines: readonly Line[], more: readonly Line[]): Line[] {
  const merged = [...lines];
  for (const line of more) {
    let at = merged.length;
    while (at > 0 && isBefore(line, merged[at - 1]!)) at--;
    if (at === 0 || !isSame(line, merged[at - 1]!)) merged.splice(at, 0, line);
  }
  return merged;
}

/** Offsets count up by one within an epoch: where one is left out, or the epoch is another, something is missing. */
export const isGap = (before: HistoryPosition, after: HistoryPosition): boolean => before.epoch !== after.epoch || after.offset > before.offset + 1;

const isBefore = (a: HistoryPosition, b: HistoryPosition): boolean => a.epoch === b.epoch && a.offset < b.offset;
const isSame = (a: HistoryPosition, b: HistoryPosition): boolean => a.epoch === b.epoch && a.offset === b.offset;

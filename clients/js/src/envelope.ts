import { count, fields, parse, text, type Json } from "./json.js";

/** A text message of the gateway. */
export interface Envelope<T = Json> {
  readonly svc: string;
  readonly type: string;
  readonly room?: string;
  /** Its place in the history of the room, where that has one. */
  readonly offset?: number;
  readonly id?: string | number;
  readonly data?: T;
  readonly trace_id?: string;
}

/** The text of an envelope, its fields in the order of the protocol. `data` that is undefined is left out. */
export const encode = (svc: string, type: string, room?: string, data?: unknown, id?: number): string =>
  JSON.stringify({ svc, type, room, data, id });

/** The envelope that a text is; undefined where it is none. Fields that are not known mean nothing, as the protocol has it. */
export function decode(json: string): Envelope | undefined {
  const value = fields(parse(json));
  const sound =
    value !== undefined &&
    (value.v === undefined || value.v === 1) &&
    text(value.svc) !== undefined &&
    text(value.type) !== undefined &&
    (value.room === undefined || text(value.room) !== undefined) &&
    (value.offset === undefined || count(value.offset) !== undefined) &&
    (value.id === undefined || text(value.id) !== undefined || Number.isSafeInteger(value.id));
  return sound ? (value as unknown as Envelope) : undefined;
}

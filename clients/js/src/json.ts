/** Anything that JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

// What comes over the wire is looked at before it is believed: each of these answers the value where it has the type, and undefined where not.

export type Fields = Record<string, unknown>;

export const fields = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

export const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

export const number = (value: unknown): number | undefined => (typeof value === "number" && Number.isFinite(value) ? value : undefined);

/** A whole number from 0 on. */
export const count = (value: unknown): number | undefined => (Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined);

/** What a text says in JSON; undefined where it is none. */
export function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** How many of so many bytes are left, about, beside this value: below 0 where it takes more. It looks no further than that. */
export function weigh(value: unknown, left: number): number {
  left -= typeof value === "string" ? value.length : 8;
  if (typeof value === "object" && value !== null)
    for (const part of Array.isArray(value) ? value : Object.entries(value).flat()) if (left >= 0) left = weigh(part, left);
  return left;
}

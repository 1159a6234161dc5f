/** How one value stands in bytes, little-endian. */
export interface Field<T> {
  /** In bytes. */
  readonly size: number;
  /** The value at this byte. */
  read(view: DataView, at: number): T;
  /** Puts a value there. */
  write(view: DataView, at: number, value: T): void;
}

/** A record of fixed length: fields one after the other, without padding. */
export interface Layout<T> extends Field<T> {
  /** A value as bytes. */
  encode(value: T): Uint8Array;
  /** The value at the beginning of these bytes; undefined where there are too few. */
  decode(bytes: Uint8Array): T | undefined;
}

/** What a layout reads and writes: `type Position = ValueOf<typeof Position>`. */
export type ValueOf<L> = L extends Field<infer T> ? T : never;

/** 0 to 255 */
export const u8: Field<number> = { size: 1, read: (view, at) => view.getUint8(at), write: (view, at, value) => view.setUint8(at, value) };
/** 0 to 65,535 */
export const u16: Field<number> = { size: 2, read: (view, at) => view.getUint16(at, true), write: (view, at, value) => view.setUint16(at, value, true) };
/** 0 to 4,294,967,295 */
export const u32: Field<number> = { size: 4, read: (view, at) => view.getUint32(at, true), write: (view, at, value) => view.setUint32(at, value, true) };
/** -128 to 127 */
export const i8: Field<number> = { size: 1, read: (view, at) => view.getInt8(at), write: (view, at, value) => view.setInt8(at, value) };
/** -32,768 to 32,767 */
export const i16: Field<number> = { size: 2, read: (view, at) => view.getInt16(at, true), write: (view, at, value) => view.setInt16(at, value, true) };
/** -2,147,483,648 to 2,147,483,647 */
export const i32: Field<number> = { size: 4, read: (view, at) => view.getInt32(at, true), write: (view, at, value) => view.setInt32(at, value, true) };
/** IEEE 754, single precision */
export const f32: Field<number> = { size: 4, read: (view, at) => view.getFloat32(at, true), write: (view, at, value) => view.setFloat32(at, value, true) };
/** IEEE 754, double precision */
export const f64: Field<number> = { size: 8, read: (view, at) => view.getFloat64(at, true), write: (view, at, value) => view.setFloat64(at, value, true) };
/** A sequence number of your own, compared by {@link isNewer}. */
export const seq: Field<number> = u32;

/** Named bits of an integer, the first name the lowest: `bits(u8, "left", "right", "fire")`. */
export const bits = <const Name extends string>(field: Field<number>, ...names: Name[]): Field<Record<Name, boolean>> => ({
  size: field.size,
  read(view, at) {
    const mask = field.read(view, at);
    return Object.fromEntries(names.map((name, i) => [name, ((mask >>> i) & 1) === 1])) as Record<Name, boolean>;
  },
  write(view, at, value) {
    field.write(view, at, names.reduce((mask, name, i) => (value[name] ? mask | (1 << i) : mask), 0) >>> 0);
  },
});

/**
 * A layout of these fields in this order; layouts are fields too.
 *
 * ```ts
 * const Position = layout({ x: f32, y: f32, keys: bits(u8, "left", "right") });
 * ```
 */
export function layout<F extends Record<string, Field<any>>>(fields: F): Layout<{ [K in keyof F]: ValueOf<F[K]> }> {
  type T = { [K in keyof F]: ValueOf<F[K]> };
  const entries = Object.entries(fields) as [keyof F & string, Field<unknown>][];
  const size = entries.reduce((sum, [, field]) => sum + field.size, 0);
  const made: Layout<T> = {
    size,
    read(view, at) {
      const value = {} as Record<string, unknown>;
      for (const [name, field] of entries) {
        value[name] = field.read(view, at);
        at += field.size;
      }
      return value as T;
    },
    write(view, at, value) {
      for (const [name, field] of entries) {
        field.write(view, at, value[name]);
        at += field.size;
      }
    },
    encode(value) {
      const bytes = new Uint8Array(size);
      made.write(new DataView(bytes.buffer), 0, value);
      return bytes;
    },
    decode: (bytes) => (bytes.length < size ? undefined : made.read(new DataView(bytes.buffer, bytes.byteOffset, size), 0)),
  };
  return made;
}

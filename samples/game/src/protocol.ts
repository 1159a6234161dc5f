// What goes over the wire: three kinds of Hot frames, each with a layout. samples/bot has the same in C# (Protocol.cs).
import { bits, f32, f64, layout, u16, u32, u8, type ValueOf } from "wsprism";

/** `services.hot` of the gateway's configuration: 1 is `game`. */
export const Game = 1;

export const Opcode = { ship: 1, shot: 2, hit: 3, left: 255 } as const;

/** A state: the whole of it each time, so that any of them may be missed. `t` is the gateway's time, in milliseconds, at which it was so. */
export const ShipLayout = layout({
  t: f64,
  x: f32,
  y: f32,
  vx: f32,
  vy: f32,
  angle: f32,
  keys: bits(u8, "left", "right", "thrust", "fire", "shield"),
  life: u8, // goes up when the ship is set down elsewhere: nobody draws it flying there
  score: u16, // in the state, so that who comes late has it too
});
export type ShipState = ValueOf<typeof ShipLayout>;

/** An event: a shot was fired, then and there. Where it is from then on everybody knows. */
export const ShotLayout = layout({ t: f64, id: u16, x: f32, y: f32, vx: f32, vy: f32 });
export type Shot = ValueOf<typeof ShotLayout>;

/** An event: its sender was hit, by that shot of the session with the handle `by`. */
export const HitLayout = layout({ by: u32, id: u16, x: f32, y: f32 });
export type Hit = ValueOf<typeof HitLayout>;

/** The gateway relays whatever a client sends, infinities too: nothing that is not a number may reach the drawing. */
export const isSane = (value: object): boolean => Object.values(value).every((field) => typeof field !== "number" || Number.isFinite(field));

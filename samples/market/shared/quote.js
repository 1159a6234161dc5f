// How a price stands in bytes, for the feed that writes it and the page that reads it: 24 bytes, behind a header of 11.
import { f64, layout, u32 } from "wsprism";

/** svc_id of the market in the demonstration. */
export const MARKET = 2;

/** The one kind of value that an instrument has here; another opcode would be another kind, kept beside it. */
export const QUOTE = 1;

/** Prices are whole hundredths, never fractions of a float; `time` is the gateway's clock, in milliseconds since 1970. */
export const Quote = layout({ bid: u32, ask: u32, last: u32, size: u32, time: f64 });

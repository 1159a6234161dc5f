// A service: roll {"sides":n} is answered {"eyes":e}, and the room hears of it: rolled {"user","eyes","sides"}.
import { answer, begin, field, log, nowMs, publish, read } from "./wsprism";

export function alloc(len: i32): usize {
  return begin(len);
}

// Good enough for a game among friends: the module has no source of randomness but the clock and the message.
function random(message: string, below: i32): i32 {
  let seed: u64 = <u64>nowMs() | 1;
  for (let i = 0; i < message.length; i++) seed = (seed ^ <u64>message.charCodeAt(i)) * 0x100000001b3;
  seed ^= seed >> 31;
  return <i32>(seed % <u64>below);
}

export function on_message(at: usize, len: i32): i64 {
  const message = read(at, len);
  if (field(message, "type") != '"roll"') return answer('{"error":{"code":"BAD_REQUEST","msg":"There is roll."}}');

  const given = field(field(message, "data"), "sides");
  const sides = given == "" ? 6 : <i32>parseInt(given);
  if (sides < 2 || sides > 1000) return answer('{"error":{"code":"BAD_REQUEST","msg":"A die has 2 to 1000 sides."}}');

  const eyes = 1 + random(message, sides);
  const room = field(message, "room");
  if (field(message, "in_room") == "true") {
    const data = `{"user":${field(message, "user")},"eyes":${eyes},"sides":${sides}}`;
    if (!publish(`{"to":{"room":${room}},"message":{"type":"rolled","data":${data}}}`)) log(2, "The room could not be told.");
  }
  return answer(`{"reply":{"eyes":${eyes}}}`);
}

// What a wsPrism module in AssemblyScript needs. The runtime "stub" never frees: each message begins with an empty heap.

@external("wsprism", "log") declare function hostLog(level: i32, at: usize, len: i32): void;
@external("wsprism", "now_ms") export declare function nowMs(): i64;
@external("wsprism", "publish") declare function hostPublish(at: usize, len: i32): i32;

export function begin(len: i32): usize {
  heap.reset();
  return heap.alloc(len);
}

export function read(at: usize, len: i32): string {
  return String.UTF8.decodeUnsafe(at, len);
}

export function answer(json: string): i64 {
  const bytes = String.UTF8.encode(json);
  return ((changetype<usize>(bytes) as i64) << 32) | (bytes.byteLength as i64);
}

export function publish(item: string): bool {
  const bytes = String.UTF8.encode(item);
  return hostPublish(changetype<usize>(bytes), bytes.byteLength) == 0;
}

export function log(level: i32, line: string): void {
  const bytes = String.UTF8.encode(line);
  hostLog(level, changetype<usize>(bytes), bytes.byteLength);
}

function skipString(json: string, i: i32): i32 {
  for (i++; json.charCodeAt(i) != 34; i++) if (json.charCodeAt(i) == 92) i++;
  return i + 1;
}

function skipSpace(json: string, i: i32): i32 {
  while (i < json.length && json.charCodeAt(i) <= 32) i++;
  return i;
}

function skipValue(json: string, i: i32): i32 {
  let depth = 0;
  do {
    const c = json.charAt(i);
    if (c == '"') { i = skipString(json, i); continue; }
    if (c == "{" || c == "[") depth++;
    else if (c == "}" || c == "]") depth--;
    else if (depth == 0) {
      while (i < json.length && !",}]".includes(json.charAt(i)) && json.charCodeAt(i) > 32) i++;
      return i;
    }
    i++;
  } while (depth > 0);
  return i;
}

// The value of an object's field as it is written; empty where there is none. The gateway has checked that it is JSON.
export function field(json: string, name: string): string {
  let i = skipSpace(json, 0);
  if (json.charAt(i) != "{") return "";
  i = skipSpace(json, i + 1);
  while (json.charAt(i) == '"') {
    const end = skipString(json, i);
    const key = json.substring(i + 1, end - 1);
    const from = skipSpace(json, skipSpace(json, end) + 1);
    const to = skipValue(json, from);
    if (key == name) return json.substring(from, to);
    i = skipSpace(json, to);
    if (json.charAt(i) == ",") i = skipSpace(json, i + 1);
  }
  return "";
}

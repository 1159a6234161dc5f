// What a wsPrism module in C needs: memory, a finder of JSON fields, a writer of JSON. Freestanding; include it in the one file of a module.
// clang --target=wasm32 -Oz -nostdlib -Wl,--no-entry -I.. -o name.wasm name.c
#pragma once

typedef struct { const char *at; int len; } text;

#define WS_EXPORT(name) __attribute__((export_name(name)))
#define WS_IMPORT(name) __attribute__((import_module("wsprism"), import_name(name)))

WS_IMPORT("log") void ws_log(int level, const char *at, int len); // 0 debug, 1 information, 2 warning, 3 error
WS_IMPORT("now_ms") long long ws_now_ms(void);
WS_IMPORT("publish") int ws_publish(const char *at, int len);     // 0 where it will be published

// ---- memory: handed out from the start anew for each message, so nothing is ever freed

extern unsigned char __heap_base;
static unsigned long ws_next;

static void *ws_take(int bytes) {
  unsigned long at = (ws_next + 7) & ~7ul, end = at + (unsigned long)bytes, have = __builtin_wasm_memory_size(0) << 16;
  if (end < at) return 0;
  if (end > have && (long)__builtin_wasm_memory_grow(0, (end - have + 65535) >> 16) < 0) return 0;
  ws_next = end;
  return (void *)at;
}

WS_EXPORT("alloc") void *alloc(int len) {
  ws_next = (unsigned long)&__heap_base;
  return ws_take(len);
}

// ---- texts

static text ws_text(const char *z) {
  text t = {z, 0};
  while (z[t.len]) t.len++;
  return t;
}

static int ws_same(text a, const char *z) {
  int i = 0;
  while (i < a.len && z[i] && a.at[i] == z[i]) i++;
  return i == a.len && !z[i];
}

// ---- reading JSON. The gateway has checked it, so it is well-formed; names of fields are compared as they are written.

static int ws_skip_string(text j, int i) {
  for (i++; j.at[i] != '"'; i++) i += j.at[i] == '\\';
  return i + 1;
}

static int ws_skip_space(text j, int i) {
  while (i < j.len && (j.at[i] == ' ' || j.at[i] == '\t' || j.at[i] == '\r' || j.at[i] == '\n')) i++;
  return i;
}

static int ws_skip_value(text j, int i) {
  int depth = 0;
  do {
    char c = j.at[i];
    if (c == '"') { i = ws_skip_string(j, i); continue; }
    if (c == '{' || c == '[') depth++;
    else if (c == '}' || c == ']') depth--;
    else if (depth == 0) { // a number or a word
      while (i < j.len && j.at[i] != ',' && j.at[i] != '}' && j.at[i] != ']' && j.at[i] > ' ') i++;
      return i;
    }
    i++;
  } while (depth > 0);
  return i;
}

// The value of an object's field, as it is written; length 0 where there is none or it is no object.
static text ws_field(text object, const char *name) {
  text none = {0, 0};
  int i = ws_skip_space(object, 0);
  if (i >= object.len || object.at[i] != '{') return none;
  i = ws_skip_space(object, i + 1);
  while (i < object.len && object.at[i] == '"') {
    int end = ws_skip_string(object, i), from, to;
    text key = {object.at + i + 1, end - i - 2};
    from = ws_skip_space(object, ws_skip_space(object, end) + 1); // past the colon
    to = ws_skip_value(object, from);
    if (ws_same(key, name)) return (text){object.at + from, to - from};
    i = ws_skip_space(object, to);
    if (i < object.len && object.at[i] == ',') i = ws_skip_space(object, i + 1);
  }
  return none;
}

static int ws_is_string(text value) { return value.len >= 2 && value.at[0] == '"'; }

// True where a value is this string; z needs no escapes.
static int ws_is(text value, const char *z) { return ws_is_string(value) && ws_same((text){value.at + 1, value.len - 2}, z); }

// True where a value is an integer of at most nine digits.
static int ws_int(text value, int *number) {
  int i = 0, minus = value.len > 0 && value.at[0] == '-', n = 0;
  for (i = minus; i < value.len && i < minus + 9 && value.at[i] >= '0' && value.at[i] <= '9'; i++) n = n * 10 + value.at[i] - '0';
  *number = minus ? -n : n;
  return i == value.len && i > minus;
}

static int ws_hex(const char *at) {
  int n = 0;
  for (int i = 0; i < 4; i++) n = n * 16 + (at[i] <= '9' ? at[i] - '0' : (at[i] | 32) - 'a' + 10);
  return n;
}

// A string without quotes and escapes, in UTF-8; at 0 where there is no memory left.
static text ws_string(text value) {
  char *to = ws_take(value.len);
  text s = {to, 0};
  if (!to) return s;
  for (int i = 1; i < value.len - 1; i++) {
    char c = value.at[i];
    if (c != '\\') { to[s.len++] = c; continue; }
    c = value.at[++i];
    if (c != 'u') { to[s.len++] = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'b' ? '\b' : c == 'f' ? '\f' : c; continue; }
    int n = ws_hex(value.at + i + 1);
    i += 4;
    if (n >= 0xD800 && n < 0xDC00 && i + 6 < value.len && value.at[i + 1] == '\\' && value.at[i + 2] == 'u') { // a pair
      n = 0x10000 + ((n - 0xD800) << 10) + (ws_hex(value.at + i + 3) - 0xDC00);
      i += 6;
    }
    if (n < 0x80) to[s.len++] = (char)n;
    else if (n < 0x800) to[s.len++] = (char)(0xC0 | n >> 6), to[s.len++] = (char)(0x80 | (n & 63));
    else if (n < 0x10000) to[s.len++] = (char)(0xE0 | n >> 12), to[s.len++] = (char)(0x80 | (n >> 6 & 63)), to[s.len++] = (char)(0x80 | (n & 63));
    else to[s.len++] = (char)(0xF0 | n >> 18), to[s.len++] = (char)(0x80 | (n >> 12 & 63)), to[s.len++] = (char)(0x80 | (n >> 6 & 63)), to[s.len++] = (char)(0x80 | (n & 63));
  }
  return s;
}

// ---- writing JSON: the answer grows at the end of the memory, so take nothing else while you write

static char *ws_begun;

static void ws_begin(void) {
  ws_begun = ws_take(0);
  ws_next = (unsigned long)ws_begun;
}

static void ws_put_text(text t) {
  unsigned long at = ws_next, have = __builtin_wasm_memory_size(0) << 16, end = at + (unsigned long)t.len;
  if (end > have && (long)__builtin_wasm_memory_grow(0, (end - have + 65535) >> 16) < 0) __builtin_trap();
  for (int i = 0; i < t.len; i++) ((char *)at)[i] = t.at[i];
  ws_next = end;
}

static void ws_put(const char *z) { ws_put_text(ws_text(z)); }

static void ws_put_int(int n) {
  char digits[11];
  int i = 11;
  unsigned u = n < 0 ? 0u - (unsigned)n : (unsigned)n;
  do digits[--i] = (char)('0' + u % 10); while (u /= 10);
  if (n < 0) digits[--i] = '-';
  ws_put_text((text){digits + i, 11 - i});
}

// A text as a JSON string.
static void ws_put_string(text t) {
  ws_put("\"");
  for (int i = 0; i < t.len; i++) {
    char c = t.at[i];
    if (c == '"' || c == '\\') ws_put("\\");
    if ((unsigned char)c < 32) {
      ws_put(c < 16 ? "\\u000" : "\\u001");
      c = "0123456789abcdef"[c & 15];
    }
    ws_put_text((text){&c, 1});
  }
  ws_put("\"");
}

// What was written since ws_begin, as on_message returns it.
static long long ws_answer(void) {
  return (long long)(unsigned long)ws_begun << 32 | (ws_next - (unsigned long)ws_begun);
}

// Clang makes calls of these.
void *memset(void *to, int c, unsigned long n) {
  for (unsigned long i = 0; i < n; i++) ((volatile char *)to)[i] = (char)c;
  return to;
}

void *memcpy(void *restrict to, const void *restrict from, unsigned long n) {
  for (unsigned long i = 0; i < n; i++) ((volatile char *)to)[i] = ((const char *)from)[i];
  return to;
}

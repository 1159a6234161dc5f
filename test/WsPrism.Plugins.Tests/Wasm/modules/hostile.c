// A module that does what its message says: things that plugins do, and things that they should not.
// data: {"burn":n turns of a loop first,"answer":what say answers,"n":a number}
#include "wsprism.h"

static volatile unsigned sink;

static unsigned size(void) { return __builtin_wasm_memory_size(0) << 16; }

static long long at(unsigned where, unsigned len) { return (long long)((unsigned long long)where << 32 | len); }

static long long reply(int n) {
  ws_begin();
  ws_put("{\"reply\":");
  ws_put_int(n);
  ws_put("}");
  return ws_answer();
}

static void burn(int turns) {
  for (int i = 0; i < turns; i++) sink = sink * 31 + 7;
}

__attribute__((noinline)) static int deeper(int n) {
  volatile int here = n;
  return deeper(n + 1) + here;
}

// An answer of len bytes: {} and spaces.
static long long padded(int len) {
  char *answer = ws_take(len);
  if (!answer) return 0;
  for (int i = 0; i < len; i++) answer[i] = ' ';
  answer[0] = '{', answer[1] = '}';
  return at((unsigned)answer, (unsigned)len);
}

static int publish(text item, int times) {
  int done = 0;
  for (int i = 0; i < times; i++) done += ws_publish(item.at, item.len) == 0;
  return done;
}

WS_EXPORT("on_message") long long on_message(const char *where, int len) {
  static int calls;
  text message = {where, len}, type = ws_field(message, "type"), data = ws_field(message, "data");
  int n = 0, turns = 0;
#ifdef FILTER // as a filter it does what data.filter says, and so leaves the type to the service behind it
  data = ws_field(data, "filter");
  type = ws_field(data, "type");
#endif
  ws_int(ws_field(data, "n"), &n);
  if (ws_int(ws_field(data, "burn"), &turns)) burn(turns);
  calls++;

  if (ws_is(type, "accept")) return 0;
  if (ws_is(type, "say")) {
    text answer = ws_field(data, "answer");
    return at((unsigned)answer.at, (unsigned)answer.len);
  }
  if (ws_is(type, "input")) {
    ws_begin();
    ws_put("{\"reply\":");
    ws_put_text(message);
    ws_put("}");
    return ws_answer();
  }
  if (ws_is(type, "calls")) return reply(calls);
  if (ws_is(type, "count")) { // what the state was, and one more from now on
    int before = 0;
    ws_int(ws_field(message, "state"), &before);
    ws_begin();
    ws_put("{\"reply\":");
    ws_put_int(before);
    ws_put(",\"set_state\":");
    ws_put_int(before + 1);
    ws_put("}");
    return ws_answer();
  }
  if (ws_is(type, "now")) return reply((int)(ws_now_ms() / 1000));
  if (ws_is(type, "loop")) for (;;) sink++;
  if (ws_is(type, "recurse")) return reply(deeper(0));
  if (ws_is(type, "grow")) { // as far as it goes
    while ((int)__builtin_wasm_memory_grow(0, 1) >= 0) ((char *)size())[-1] = 1;
    return reply((int)__builtin_wasm_memory_size(0));
  }
  if (ws_is(type, "fill")) for (;;) __builtin_memset((void *)4096, n++, size() - 8192); // by a bulk instruction
  if (ws_is(type, "trap")) __builtin_trap();
  if (ws_is(type, "divide")) return reply(7 / n);
  if (ws_is(type, "read")) return reply(*(volatile char *)size());
  if (ws_is(type, "write")) return *(volatile char *)0xFFFFFFFFu = 1, reply(1);
  if (ws_is(type, "behind")) return at(size(), 1);
  if (ws_is(type, "over")) return at(size() - 4, 5);
  if (ws_is(type, "edge")) {
    ((char *)size())[-2] = '{', ((char *)size())[-1] = '}';
    return at(size() - 2, 2);
  }
  if (ws_is(type, "huge")) return at(16, 0xFFFFFFFFu);
  if (ws_is(type, "wrap")) return at(0xFFFFFFF0u, 0x20);
  if (ws_is(type, "nowhere")) return at(0xFFFFFFFFu, 0);
  if (ws_is(type, "padded")) return padded(n);
  if (ws_is(type, "text")) return ws_begin(), ws_put("\xFF{"), ws_answer();
  if (ws_is(type, "publish")) return reply(publish(ws_field(data, "answer"), n));
  if (ws_is(type, "publishtrap")) return publish(ws_field(data, "answer"), n), __builtin_trap(), 0;
  if (ws_is(type, "publishwild")) return reply((ws_publish((char *)size(), 1) == 0) + (ws_publish((char *)16, -1) == 0) + (ws_publish((char *)-1, 2) == 0) + (ws_publish(0, 0) == 0));
  if (ws_is(type, "log")) {
    for (int i = 0; i < n; i++) ws_log(n == 1 ? 2 : 1, "hello\nthere", 11);
    return 0;
  }
  if (ws_is(type, "logwild")) return ws_log(1, (char *)size() - 1, 2), ws_log(-7, (char *)16, -1), ws_log(9, 0, 0), (long long)0;
  return 0;
}

// Guess the number (README.md), as a service. The game is the session's state: instances of this module keep nothing.
#include "wsprism.h"

static long long refuse(const char *why) {
  ws_begin();
  ws_put("{\"error\":{\"code\":\"BAD_REQUEST\",\"msg\":\"");
  ws_put(why);
  ws_put("\"}}");
  return ws_answer();
}

static void put_state(int max, int number, int tries) {
  ws_put("\"set_state\":{\"max\":");
  ws_put_int(max);
  ws_put(",\"number\":");
  ws_put_int(number);
  ws_put(",\"tries\":");
  ws_put_int(tries);
  ws_put("}");
}

// A module has no source of randomness but the clock and the message: good enough for a game.
static int think(text message, int max) {
  unsigned long long seed = (unsigned long long)ws_now_ms();
  for (int i = 0; i < message.len; i++) seed = (seed ^ (unsigned char)message.at[i]) * 0x100000001b3ull;
  return 1 + (int)((seed ^ seed >> 31) % (unsigned)max);
}

static long long start(text message, text data) {
  text given = ws_field(data, "max"), secret = ws_field(data, "number");
  int max = 100, number;
  if (data.len && data.at[0] != '{') return refuse("data has to be an object.");
  if (given.len && (!ws_int(given, &max) || max < 1 || max > 1000000)) return refuse("max is 1 to 1000000.");
  if (!secret.len) number = think(message, max);
  else if (!ws_int(secret, &number) || number < 1 || number > max) return refuse("number is 1 to max.");

  ws_begin();
  ws_put("{\"reply\":{\"max\":");
  ws_put_int(max);
  ws_put("},");
  put_state(max, number, 0);
  ws_put("}");
  return ws_answer();
}

static void put_won(text message, text room, int tries) {
  ws_put("\"publish\":[{\"to\":{\"room\":");
  ws_put_text(room);
  ws_put("},\"message\":{\"type\":\"won\",\"data\":{\"user\":");
  ws_put_text(ws_field(message, "user"));
  ws_put(",\"tries\":");
  ws_put_int(tries);
  ws_put("}}}],");
}

static long long guess(text message, text data) {
  text game = ws_field(message, "state"), room = ws_field(message, "room");
  int n, max, number, tries;
  if (!ws_int(ws_field(game, "max"), &max) || !ws_int(ws_field(game, "number"), &number) || !ws_int(ws_field(game, "tries"), &tries)) return refuse("There is no game: start one.");
  if (!ws_int(ws_field(data, "n"), &n) || n < 1 || n > max) return refuse("n is 1 to max.");

  ws_begin();
  ws_put("{\"reply\":{\"hint\":\"");
  ws_put(n == number ? "right" : n < number ? "higher" : "lower");
  ws_put("\"},");
  if (n == number) {
    if (ws_same(ws_field(message, "in_room"), "true")) put_won(message, room, tries + 1);
    ws_put("\"set_state\":null");
  } else {
    put_state(max, number, tries + 1);
  }
  ws_put("}");
  return ws_answer();
}

WS_EXPORT("on_message") long long on_message(const char *at, int len) {
  text message = {at, len}, type = ws_field(message, "type"), data = ws_field(message, "data");
  if (ws_is(type, "start")) return start(message, data);
  if (ws_is(type, "guess")) return guess(message, data);
  return refuse("There is start and guess.");
}

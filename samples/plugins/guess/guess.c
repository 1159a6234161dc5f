// A service: guess the number. start {"secret":n} begins a game; guess {"n":n} is answered {"hint":"higher"|"lower"|"right","tries":k}, and who is right is
// announced to the room with won {"user","tries"}. The game is the session's state: instances of this module keep nothing.
#include "wsprism.h"

static long long refuse(const char *why) {
  ws_begin();
  ws_put("{\"error\":{\"code\":\"BAD_REQUEST\",\"msg\":\"");
  ws_put(why);
  ws_put("\"}}");
  return ws_answer();
}

static void put_state(int secret, int tries) {
  ws_put("\"set_state\":{\"secret\":");
  ws_put_int(secret);
  ws_put(",\"tries\":");
  ws_put_int(tries);
  ws_put("}");
}

static long long start(text data) {
  int secret;
  if (!ws_int(ws_field(data, "secret"), &secret)) return refuse("start needs {\\\"secret\\\":n}.");
  ws_begin();
  ws_put("{");
  put_state(secret, 0);
  ws_put("}");
  return ws_answer();
}

static long long guess(text message, text data) {
  text state = ws_field(message, "state"), room = ws_field(message, "room");
  int n, secret, tries;
  if (!ws_int(ws_field(data, "n"), &n)) return refuse("guess needs {\\\"n\\\":n}.");
  if (!ws_int(ws_field(state, "secret"), &secret) || !ws_int(ws_field(state, "tries"), &tries)) return refuse("Send start first.");

  tries++;
  ws_begin();
  ws_put("{\"reply\":{\"hint\":\"");
  ws_put(n == secret ? "right" : n < secret ? "higher" : "lower");
  ws_put("\",\"tries\":");
  ws_put_int(tries);
  ws_put("},");
  if (n == secret) {
    if (room.len && ws_same(ws_field(message, "in_room"), "true")) {
      ws_put("\"publish\":[{\"to\":{\"room\":");
      ws_put_text(room);
      ws_put("},\"message\":{\"type\":\"won\",\"data\":{\"user\":");
      ws_put_text(ws_field(message, "user"));
      ws_put(",\"tries\":");
      ws_put_int(tries);
      ws_put("}}}],");
    }
    ws_put("\"set_state\":null");
  } else {
    put_state(secret, tries);
  }
  ws_put("}");
  return ws_answer();
}

WS_EXPORT("on_message") long long on_message(const char *at, int len) {
  text message = {at, len}, type = ws_field(message, "type"), data = ws_field(message, "data");
  if (ws_is(type, "start")) return start(data);
  if (ws_is(type, "guess")) return guess(message, data);
  return refuse("There is start and guess.");
}

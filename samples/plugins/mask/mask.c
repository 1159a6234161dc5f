// A filter: masks bad words in what chat.send says. Everything else passes as it is.
#include "wsprism.h"

static const char *const bad[] = {"darn", "heck", "frak"};

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 32) : c; }

static int is_letter(char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || c < 0; }

// The length of the bad word that begins here; 0 where none does.
static int bad_word(text t, int at) {
  int len = 0;
  while (at + len < t.len && is_letter(t.at[at + len])) len++;
  for (int w = 0; w < (int)(sizeof bad / sizeof *bad); w++) {
    int i = 0;
    while (i < len && bad[w][i] && lower(t.at[at + i]) == bad[w][i]) i++;
    if (i == len && !bad[w][i]) return len;
  }
  return 0;
}

static int mask(text t) {
  int masked = 0;
  for (int i = 0; i < t.len; i++) {
    if (!is_letter(t.at[i])) continue;
    for (int len = bad_word(t, i); len > 0; len--, masked++) ((char *)t.at)[i + len - 1] = '*';
    while (i < t.len && is_letter(t.at[i])) i++;
  }
  return masked;
}

WS_EXPORT("on_message") long long on_message(const char *at, int len) {
  text message = {at, len}, data = ws_field(message, "data"), msg = ws_field(data, "msg"), said;
  if (!ws_is(ws_field(message, "svc"), "chat") || !ws_is(ws_field(message, "type"), "send") || !ws_is_string(msg)) return 0;

  said = ws_string(msg);
  if (!said.at || !mask(said)) return 0;

  // The data as it was, but for msg.
  ws_begin();
  ws_put("{\"replace\":{\"data\":");
  ws_put_text((text){data.at, (int)(msg.at - data.at)});
  ws_put_string(said);
  ws_put_text((text){msg.at + msg.len, data.len - (int)(msg.at - data.at) - msg.len});
  ws_put("}}");
  return ws_answer();
}

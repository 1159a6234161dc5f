// What a compiler makes of C: SHA-256, sorting through a function pointer, and a struct by value. Built twice, -O0 and -O2, by build.sh.
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

static const u32 K[64] = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74,
  0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d,
  0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e,
  0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
  0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static u8 input[65536];
static u8 output[32];

static u32 rotate(u32 x, int n) { return x >> n | x << (32 - n); }

static void block(u32 *h, const u8 *p) {
  u32 w[64], s[8];
  for (int i = 0; i < 16; i++)
    w[i] = (u32)p[4 * i] << 24 | (u32)p[4 * i + 1] << 16 | (u32)p[4 * i + 2] << 8 | p[4 * i + 3];
  for (int i = 16; i < 64; i++) {
    u32 a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] + (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
  }
  for (int i = 0; i < 8; i++)
    s[i] = h[i];
  for (int i = 0; i < 64; i++) {
    u32 t = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + K[i] + w[i];
    u32 u = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
    for (int j = 7; j > 0; j--)
      s[j] = s[j - 1];
    s[4] += t;
    s[0] = t + u;
  }
  for (int i = 0; i < 8; i++)
    h[i] += s[i];
}

__attribute__((export_name("input"))) u8 *input_at(void) { return input; }
__attribute__((export_name("output"))) u8 *output_at(void) { return output; }

__attribute__((export_name("sha256"))) void sha256(u32 length) {
  u32 h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  u8 last[128];
  u32 whole = length / 64 * 64, rest = length - whole, size = rest < 56 ? 64 : 128;
  for (u32 at = 0; at < whole; at += 64)
    block(h, input + at);
  for (u32 i = 0; i < size; i++)
    last[i] = i < rest ? input[whole + i] : i == rest ? 0x80 : 0;
  u64 bits = (u64)length * 8;
  for (int i = 0; i < 8; i++)
    last[size - 1 - i] = (u8)(bits >> (8 * i));
  for (u32 at = 0; at < size; at += 64)
    block(h, last + at);
  for (int i = 0; i < 32; i++)
    output[i] = (u8)(h[i / 4] >> (24 - 8 * (i % 4)));
}

typedef struct { double key; int from; } item;
typedef int compare(item a, item b);

static int up(item a, item b) { return a.key < b.key; }
static int down(item a, item b) { return a.key > b.key; }

static void sort(item *items, int count, compare *first) {
  if (count < 2)
    return;
  item pivot = items[count / 2];
  int i = 0, j = count - 1;
  for (;; i++, j--) {
    while (first(items[i], pivot))
      i++;
    while (first(pivot, items[j]))
      j--;
    if (i >= j)
      break;
    item t = items[i];
    items[i] = items[j];
    items[j] = t;
  }
  sort(items, i, first);
  sort(items + j + 1, count - j - 1, first);
}

// Sorts numbers made of a seed; returns how many are out of order afterwards, which is none.
__attribute__((export_name("sort"))) int sort_numbers(u32 seed, int count, int is_down) {
  static item items[4096];
  u64 state = seed;
  for (int i = 0; i < count; i++) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    items[i].key = (double)(long long)state / 3.0e9 + (float)i;
    items[i].from = i;
  }
  sort(items, count, is_down ? down : up);
  int wrong = 0;
  for (int i = 1; i < count; i++)
    wrong += is_down ? items[i - 1].key < items[i].key : items[i - 1].key > items[i].key;
  return wrong;
}

// The three kernels that wsPrism measures its WebAssembly engine with, beside the same loops in C# (Benchmarks/WasmBenchmarks.cs). Built by build.sh.
typedef unsigned char u8;
typedef unsigned int u32;
typedef int i32;

static u8 data[65536];
static double a[64 * 64], b[64 * 64], c[64 * 64];

__attribute__((export_name("data"))) u8 *data_at(void) { return data; }
__attribute__((export_name("matrix"))) double *matrix_at(i32 which) { return which == 0 ? a : which == 1 ? b : c; }

// FNV-1a over bytes: a multiplication for each.
__attribute__((export_name("hash"))) u32 hash(i32 length) {
  u32 hash = 2166136261u;
  for (i32 i = 0; i < length; i++)
    hash = (hash ^ data[i]) * 16777619u;
  return hash;
}

// Counts the values in JSON text: strings with escapes, nesting, everything else byte by byte. Negative: not balanced.
__attribute__((export_name("json"))) i32 json(i32 length) {
  i32 values = 0, depth = 0, inside = 0;
  for (i32 i = 0; i < length; i++) {
    u8 next = data[i];
    if (inside) {
      if (next == '\\')
        i++;
      else if (next == '"')
        inside = 0;
      continue;
    }
    switch (next) {
    case '"':
      inside = 1;
      values++;
      break;
    case '{':
    case '[':
      depth++;
      values++;
      break;
    case '}':
    case ']':
      if (--depth < 0)
        return -1;
      break;
    case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
      values++;
      while (i + 1 < length && data[i + 1] >= '0' && data[i + 1] <= '9')
        i++;
      break;
    default:
      break;
    }
  }
  return depth == 0 && !inside ? values : -1;
}

// c = a * b, row by column.
__attribute__((export_name("multiply"))) double multiply(i32 n) {
  double trace = 0;
  for (i32 row = 0; row < n; row++)
    for (i32 column = 0; column < n; column++) {
      double sum = 0;
      for (i32 k = 0; k < n; k++)
        sum += a[row * n + k] * b[k * n + column];
      c[row * n + column] = sum;
      if (row == column)
        trace += sum;
    }
  return trace;
}

// Calls and nothing else.
__attribute__((export_name("fib"), noinline)) i32 fib(i32 n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

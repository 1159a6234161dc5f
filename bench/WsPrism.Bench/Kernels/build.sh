#!/usr/bin/env bash
# Builds kernels.wasm, which is committed. Needs clang and lld (on Debian: apt-get install clang lld).
set -euo pipefail
cd "$(dirname "$0")"
clang --target=wasm32 -O2 -fno-vectorize -fno-unroll-loops -nostdlib -Wl,--no-entry -Wl,--strip-all -o kernels.wasm kernels.c

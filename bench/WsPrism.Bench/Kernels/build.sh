#!/usr/bin/env bash
# Builds kernels.wasm and fill.wasm, which are committed. Needs clang, lld and wabt (on Debian: apt-get install clang lld wabt).
set -euo pipefail
cd "$(dirname "$0")"
clang --target=wasm32 -O2 -fno-vectorize -fno-unroll-loops -nostdlib -Wl,--no-entry -Wl,--strip-all -o kernels.wasm kernels.c
wat2wasm fill.wat -o fill.wasm

#!/usr/bin/env bash
# Builds kernels.wasm and fuel.wasm, which are committed. Needs clang, lld and wabt (on Debian: apt-get install clang lld wabt).
set -euo pipefail
cd "$(dirname "$0")"
clang --target=wasm32 -O2 -fno-vectorize -fno-unroll-loops -nostdlib -Wl,--no-entry -Wl,--strip-all -o kernels.wasm kernels.c
wat2wasm fuel.wat -o fuel.wasm

#!/usr/bin/env bash
# Builds the modules, which are committed. Needs wabt, clang and lld (on Debian: apt-get install wabt clang lld).
set -euo pipefail
cd "$(dirname "$0")"
for text in *.wat; do wat2wasm "$text" -o "${text%.wat}.wasm"; done
for level in 0 2; do
  clang --target=wasm32 -O$level -fno-builtin -mbulk-memory -nostdlib -Wl,--no-entry -Wl,--strip-all -o digest-O$level.wasm digest.c
done

#!/bin/sh
# Builds the modules in this folder from their sources, here or in the folder that is named. Needs wabt, clang and wasm-ld.
set -eu
cd "$(dirname "$0")"
out=${1:-.}
for text in *.wat; do
  wat2wasm "$text" -o "$out/${text%.wat}.wasm"
done
c() { clang --target=wasm32 -O1 -mbulk-memory -nostdlib -Wl,--no-entry -Wl,--strip-all -Wl,-z,stack-size=65536 -I../../../../samples/plugins "$@" hostile.c; }
c -o "$out/hostile.wasm"
c -o "$out/hostile-filter.wasm" -DFILTER
chmod 644 "$out"/*.wasm

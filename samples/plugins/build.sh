#!/bin/sh
# Builds the modules from their sources: build.sh [folder [no-npx]], beside the sources without a folder. Needs clang and lld (apt install clang lld) for those in C, wabt for the
# text one, and Node.js for the one in AssemblyScript: what is missing is passed over.
set -eu
cd "$(dirname "$0")"
out=${1:-}

into() { if [ -n "$out" ]; then mkdir -p "$out/$1" && echo "$out/$1/$1.wasm"; else echo "$1/$1.wasm"; fi; }

if command -v clang >/dev/null && command -v wasm-ld >/dev/null; then
  for name in mask guess; do
    clang --target=wasm32 -O2 -Wall -Wextra -Wno-unused-function -nostdlib -Wl,--no-entry -Wl,--strip-all -Wl,-z,stack-size=4096 -I. -o "$(into $name)" $name/$name.c
  done
else
  echo "no clang with wasm-ld: mask and guess stay as they are" >&2
fi

if command -v wat2wasm >/dev/null; then
  wat2wasm smallest/smallest.wat -o "$(into smallest)"
else
  echo "no wat2wasm: smallest stays as it is" >&2
fi

if [ "${2:-}" = no-npx ]; then
  :
# ASC names a compiler that is installed already.
elif [ -n "${ASC:-}" ] || command -v npx >/dev/null; then
  ${ASC:-npx --yes --package assemblyscript@0.28.20 asc} dice/dice.ts -o "$(into dice)" --runtime stub --use abort= -Oz --noAssert
else
  echo "no npx: dice stays as it is" >&2
fi
chmod 644 */*.wasm

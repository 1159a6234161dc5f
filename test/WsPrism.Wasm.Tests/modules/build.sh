#!/usr/bin/env bash
# Builds the modules, which are committed. Needs wabt (on Debian: apt-get install wabt).
set -euo pipefail
cd "$(dirname "$0")"
for text in *.wat; do wat2wasm "$text" -o "${text%.wat}.wasm"; done

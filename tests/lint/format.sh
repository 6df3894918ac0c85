#!/usr/bin/env bash
# Is every C++ file laid out as .clang-format says? `format.sh --fix` makes it so.
set -euo pipefail
cd "$(dirname "$0")/../.."

mode=(--dry-run -Werror)
if [ "${1:-}" = --fix ]; then
  mode=(-i)
fi
find common services tests \
  \( -name node_modules -o -name build \) -prune -o \
  \( -name '*.h' -o -name '*.cc' \) -type f -print0 |
  xargs -0 -r -n 40 -P 2 clang-format-14 "${mode[@]}"

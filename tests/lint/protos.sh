#!/usr/bin/env bash
# Do the contracts pass buf's lint, and do they break nothing that was released? Needs the buf that
# scripts/test installs below .ronghe/tools.
set -euo pipefail
cd "$(dirname "$0")/../.."

buf=.ronghe/tools/node_modules/.bin/buf
if [ ! -x "$buf" ]; then
  echo "protos.sh: $buf is not installed: run scripts/test once" >&2
  exit 1
fi
export BUF_CACHE_DIR="${BUF_CACHE_DIR:-$PWD/.ronghe/tools/buf-cache}"
"$buf" lint protos
if [ -f protos/released.binpb ]; then
  "$buf" breaking protos --against protos/released.binpb
fi

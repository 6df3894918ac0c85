#!/usr/bin/env bash
# Is the console sound? `check.sh types` makes its types of the API anew; `check.sh TOOL ARGS...` runs a program of its
# npm packages.

# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../../scripts/lib/common.sh"
for part in install build; do
  # shellcheck source=/dev/null
  . "$ROOT/scripts/lib/$part.sh"
done

if [ "$*" = types ]; then
  console_types
else
  console_tool "$@"
fi

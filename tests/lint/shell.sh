#!/usr/bin/env bash
# Does shellcheck find anything in the project's shell scripts? A script is a file that ends in .sh or
# begins with a line that names a shell.
set -euo pipefail
cd "$(dirname "$0")/../.."

scripts=()
folders=()
for folder in scripts tests common services k8s .ci; do
  if [ -d "$folder" ]; then
    folders+=("$folder")
  fi
done
while IFS= read -r -d '' file; do
  case "$file" in
    *.sh) scripts+=("$file") ;;
    *)
      IFS= read -r first <"$file" || true
      if [[ "$first" =~ ^\#!.*(/|\ )(ba|da)?sh($|\ ) ]]; then
        scripts+=("$file")
      fi
      ;;
  esac
done < <(find "${folders[@]}" \( -name node_modules -o -name build \) -prune -o \
  -type f \( -name '*.sh' -o ! -name '*.*' \) -print0)

shellcheck -x -S warning "${scripts[@]}"
echo "shellcheck: ${#scripts[@]} scripts"

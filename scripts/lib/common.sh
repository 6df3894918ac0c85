# shellcheck shell=bash
# shellcheck disable=SC2034  # the scripts that include this use what it sets
# What do all the scripts share: where things are, how they speak, how they wait, how they fail?

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
STATE=${RONGHE_STATE:-$ROOT/.ronghe}        # everything that running makes: data, keys, logs, pids
TOOLS=$ROOT/.ronghe/tools                   # npm packages
CONSOLE=$ROOT/services/console              # the console's sources
BUILD=${RONGHE_BUILD:-$ROOT/build}
BASE_PORT=${RONGHE_BASE_PORT:-7100}
SUITE=${RONGHE_SUITE:-sm}                   # of new keys: sm (SM4-GCM, SM3) or aes (AES-256-GCM, SHA-256)

DATA_SERVICES=(membership meeting training evaluation)
SERVICES=("${DATA_SERVICES[@]}" gateway)
# Fewer of them, when a run is to be about these: "membership gateway".
[ -z "${RONGHE_SERVICES:-}" ] || read -ra SERVICES <<<"$RONGHE_SERVICES"

say() { printf '%s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }

# fail MESSAGE REMEDY: one line of what is wrong, one of what to do.
fail() {
  printf 'ronghe: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf '        %s\n' "$2" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "'$*' needs root" "run as root, or install sudo"
  fi
}

# port NAME: the TCP port of that part of the suite, all counted from one base.
port() {
  local offset
  case $1 in
    membership) offset=1 ;; meeting) offset=2 ;; training) offset=3 ;; evaluation) offset=4 ;;
    access) offset=5 ;; database) offset=6 ;;
    membership-admin) offset=11 ;; meeting-admin) offset=12 ;; training-admin) offset=13 ;;
    evaluation-admin) offset=14 ;; gateway-admin) offset=15 ;;
    gateway-grpc) offset=43 ;; gateway) offset=80 ;; prometheus) offset=90 ;;
    *) fail "no port is planned for '$1'" ;;
  esac
  echo $((BASE_PORT + offset))
}

port_busy() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# need_space PATH MIB WHAT: refuses before a full disk spoils half the work.
need_space() {
  local free
  mkdir -p "$1"
  free=$(df --output=avail -m "$1" | tail -1 | tr -d ' ')
  [ "$free" -ge "$2" ] ||
    fail "$3 needs $2 MiB at $1, but only $free MiB are free" "free some space, or set RONGHE_STATE to another disk"
}

# alive NAME: is the process of that pid file running, and still that program? Its command line tells, also when the
# file has been built anew since.
alive() {
  local file=$STATE/run/$1.pid pid program first
  [ -r "$file" ] || return 1
  read -r pid program <"$file"
  IFS= read -r -d '' first 2>/dev/null <"/proc/$pid/cmdline" || return 1
  [ "$(basename "$first")" = "$program" ]
}

# await SECONDS COMMAND...: tries four times a second until it succeeds.
await() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.25
  done
}

#!/usr/bin/env bash
# Builds the fuzz targets, or runs one for RONGHE_FUZZ_SECONDS (60): run.sh build | run.sh run TARGET
#
# What a target finds on its way is kept in build/fuzz/found, an input that it fails on in build/fuzz/crashes.

# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../../scripts/lib/common.sh"
FUZZ=$BUILD/fuzz

case ${1:-} in
  build)
    mkdir -p "$FUZZ"
    cmake -S "$ROOT" -B "$FUZZ" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER=clang-14 \
      -DCMAKE_CXX_COMPILER=clang++-14 -DRONGHE_SANITIZE=fuzz "-DRONGHE_PARTS=membership;gateway;tests" \
      >"$FUZZ/configure.log" 2>&1 ||
      { tail -20 "$FUZZ/configure.log" >&2; fail "the fuzz targets could not be configured" "see $FUZZ/configure.log"; }
    NINJA_STATUS='[%f/%t %es] ' exec ninja -C "$FUZZ" fuzz
    ;;
  run)
    mkdir -p "$FUZZ/found/$2" "$FUZZ/crashes"
    exec "$FUZZ/bin/$2_fuzz" -max_total_time="${RONGHE_FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=2048 -max_len=8192 \
      -print_final_stats=1 -artifact_prefix="$FUZZ/crashes/$2-" "$FUZZ/found/$2" "$ROOT/tests/fuzz/corpus/$2"
    ;;
  *) fail "unknown: ${1:-}" "run.sh build | run.sh run TARGET" ;;
esac

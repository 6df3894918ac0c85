# shellcheck shell=bash
# How is the suite built?

# build TARGET...: configures once, then builds in release mode, with progress.
build() {
  step "Building (release; the first build takes about ten minutes on two cores)"
  need_space "$BUILD" 4096 "the build"
  cmake -S "$ROOT" -B "$BUILD" -G Ninja -DCMAKE_BUILD_TYPE=Release >"$BUILD/configure.log" 2>&1 ||
    { tail -20 "$BUILD/configure.log" >&2; fail "the build could not be configured" "see $BUILD/configure.log"; }
  NINJA_STATUS='[%f/%t %es] ' ninja -C "$BUILD" "$@" ||
    fail "the build failed" "the first error is above; a killed compiler means too little memory (2 GiB a core)"
}

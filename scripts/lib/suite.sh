# shellcheck shell=bash
# How are the five services and Prometheus configured, started, looked at and stopped?

STARTED=()   # what this run has started, so that a failure takes it down again

# start NAME PROGRAM ARGS...: in the background, with a pid file and a log of its own.
start() {
  local name=$1 program=$2
  shift 2
  if alive "$name"; then return 0; fi
  setsid "$program" "$@" </dev/null >>"$STATE/log/$name.log" 2>&1 &
  echo "$! $(basename "$program")" >"$STATE/run/$name.pid"
  STARTED+=("$name")
  await 2 alive "$name" || true   # from here on, not alive means died
}

# ask_to_stop NAME: says so and does not wait.
ask_to_stop() {
  local pid
  if alive "$1"; then
    read -r pid _ <"$STATE/run/$1.pid"
    kill -TERM "$pid" 2>/dev/null || true
  fi
}

# stop NAME: asks it to finish, and insists after 20 seconds.
stop() {
  local file=$STATE/run/$1.pid pid
  if alive "$1"; then
    read -r pid _ <"$file"
    ask_to_stop "$1"
    await 20 eval "! kill -0 $pid" || kill -KILL "$pid" 2>/dev/null || true
  fi
  rm -f "$file"
}

# The processes drain side by side; the database goes when nobody needs it any more.
stop_suite() {
  local name
  for name in prometheus "${SERVICES[@]}"; do ask_to_stop "$name"; done
  for name in prometheus "${SERVICES[@]}" database; do stop "$name"; done
}

# On failure nothing half-started stays behind.
undo_start() {
  local i
  for ((i = ${#STARTED[@]} - 1; i >= 0; i--)); do stop "${STARTED[i]}"; done
}

check_ports() {
  local name
  for name in database "${SERVICES[@]}" gateway-grpc prometheus; do
    alive "${name%-grpc}" || ! port_busy "$(port "$name")" ||
      fail "port $(port "$name"), meant for $name, is taken" \
        "stop the program that holds it ('ss -ltnp'), or set RONGHE_BASE_PORT to another base than $BASE_PORT"
  done
}

make_keys() {
  local secrets=$STATE/secrets service
  for service in "${SERVICES[@]}"; do
    [ -s "$secrets/$service.keyring" ] ||
      "$BUILD/bin/ronghe-$service" --generate_keyring "$secrets/$service.keyring" --suite "$SUITE" >/dev/null ||
      fail "the field keys of $service could not be made" "see $secrets"
    [ -s "$secrets/$service.page_token_key" ] ||
      (umask 077 && openssl rand -base64 32 >"$secrets/$service.page_token_key")
    make_audit_key "$service"
  done
  if [ ! -s "$secrets/token.key" ]; then
    (umask 077 && openssl ecparam -name prime256v1 -genkey -noout -out "$secrets/token.key" 2>/dev/null)
    openssl ec -in "$secrets/token.key" -pubout -out "$secrets/token.pub" 2>/dev/null
  fi
}

write_configs() {
  local service file
  mkdir -p "$STATE/etc"
  for service in "${SERVICES[@]}"; do
    file=$STATE/etc/$service.textproto
    config_of "$service" >"$file"
    "$BUILD/bin/ronghe-$service" --config "$file" --check_config >/dev/null 2>"$STATE/log/$service.check" ||
      fail "the configuration of $service is refused: $(tail -1 "$STATE/log/$service.check")" "see $file"
  done
  prometheus_config >"$STATE/etc/prometheus.yml"
}

migrate() {
  local service
  for service in "${SERVICES[@]}"; do
    "$BUILD/bin/ronghe-$service" --config "$STATE/etc/$service.textproto" --migrate \
      >>"$STATE/log/$service.log" 2>&1 ||
      fail "the schema of $service could not be migrated: $(tail -1 "$STATE/log/$service.log")" "see $STATE/log/$service.log"
  done
}

start_services() {
  local service
  for service in "${SERVICES[@]}"; do
    start "$service" "$BUILD/bin/ronghe-$service" --config "$STATE/etc/$service.textproto"
  done
  for service in "${SERVICES[@]}"; do
    await 180 ready_or_died "$service" || true   # the tree and the counts of a province take a minute on a busy machine
    ready "$service" || not_ready "$service"
  done
}

ready_or_died() { ready "$1" || ! alive "$1"; }

# A service is ready when its process lives, its admin port answers and it says so.
ready() {
  local metrics
  alive "$1" && metrics=$(curl -fsS --max-time 2 "http://127.0.0.1:$(port "$1-admin")/metrics") &&
    [[ $metrics == *$'\nronghe_ready 1'* ]]
}

not_ready() {
  fail "$1 does not start: $(tail -1 "$STATE/log/$1.log")" "see $STATE/log/$1.log"
}

start_prometheus() {
  start prometheus "$(command -v prometheus)" --config.file="$STATE/etc/prometheus.yml" \
    --storage.tsdb.path="$STATE/prometheus" --web.listen-address="127.0.0.1:$(port prometheus)" --log.level=warn
  await 90 curl -fsS "http://127.0.0.1:$(port prometheus)/-/ready" || not_ready prometheus
}

prometheus_config() {
  local service
  printf 'global:\n  scrape_interval: 15s\nscrape_configs:\n  - job_name: ronghe\n    static_configs:\n'
  for service in "${SERVICES[@]}"; do
    printf "      - targets: ['127.0.0.1:%s']\n        labels: {service: %s}\n" "$(port "$service-admin")" "$service"
  done
}

print_status() {
  local name
  for name in database "${SERVICES[@]}" prometheus; do
    if alive "$name"; then printf '  %-12s running, pid %s\n' "$name" "$(cut -d' ' -f1 "$STATE/run/$name.pid")"
    else printf '  %-12s stopped\n' "$name"
    fi
  done
}

# shellcheck shell=bash
# With which settings does each process of a development suite run? (Comments on every field: common/config/common.proto
# and services/*/config.proto.)

# Certificates are used unless RONGHE_TLS=off, which the benchmark sets to compare like with like.
tls_on() { [ "${RONGHE_TLS:-on}" != off ]; }

tls_of() {
  if tls_on; then
    printf 'tls { cert_file: "%s" key_file: "%s" ca_file: "%s" }' "$STATE/tls/$1.pem" "$STATE/tls/$1.key" "$STATE/tls/ca.pem"
  fi
}

node_of() {
  case $1 in membership) echo 1 ;; meeting) echo 2 ;; training) echo 3 ;; evaluation) echo 4 ;; gateway) echo 5 ;; esac
}

caller_list() { # GRPC_SERVICE CALLER...
  local names
  names=$(printf '"%s.ronghe", ' "${@:2}")
  printf 'callers { service: "%s" allowed_names: [%s] }\n' "$1" "${names%, }"
}

# Which certificate names may call which gRPC service of a process: people and departments come through the gateway;
# events go to those who keep copies, facts to those who evaluate; membership asks meeting what was voted and who came,
# meeting asks membership who the delegates of an election are.
callers_of() {
  caller_list '*' gateway
  case $1 in
    membership)
      caller_list ronghe.event.v1.EventFeedService gateway meeting training evaluation
      caller_list ronghe.fact.v1.FactFeedService gateway evaluation
      caller_list ronghe.membership.v1.DelegationService gateway meeting
      ;;
    meeting)
      caller_list ronghe.fact.v1.FactFeedService gateway evaluation
      caller_list ronghe.event.v1.EventFeedService gateway membership
      caller_list ronghe.meeting.v1.MeetingService gateway membership
      caller_list ronghe.meeting.v1.ElectionService gateway membership
      caller_list ronghe.meeting.v1.AttendanceService gateway membership
      ;;
    training) caller_list ronghe.fact.v1.FactFeedService gateway evaluation ;;
  esac
}

peer() { printf '{ target: "127.0.0.1:%s" server_name: "%s.ronghe" }' "$(port "$1")" "$1"; }

database_of() { # SCHEMA ROLE
  printf '{ host: "127.0.0.1" port: %s user: "%s" password_file: "%s" schema: "%s" }' \
    "$(port database)" "$1_$2" "$STATE/secrets/$1_$2.password" "$1"
}

common_of() { # SERVICE LISTEN_PORT_NAME
  local schema
  schema=$(schema_of "$1")
  cat <<TEXT
common {
  server {
    listen: "127.0.0.1:$(port "$2")"
    admin_listen: "127.0.0.1:$(port "$1-admin")"
    $(tls_of "$1")
    node_id: $(node_of "$1")
    reflection: true
  }
  database $(database_of "$schema" rw)
  migrate_database $(database_of "$schema" migrate)
  keys {
    field_keyring_file: "$STATE/secrets/$1.keyring"
    token_public_keys_file: "$STATE/secrets/token.pub"
    page_token_key_file: "$STATE/secrets/$1.page_token_key"
    suite: "$SUITE"
  }
  $(callers_of "$1")
  audit { heads_file: "$STATE/audit/$1.heads" signing_key_file: "$STATE/secrets/$1.audit.key" }
  membership $(peer membership)
  migrations_dirs: "$ROOT/common/sql/migrations"
  migrations_dirs: "$ROOT/services/$1/migrations"
}
TEXT
}

config_of() {
  case $1 in
    gateway) common_of gateway access && gateway_config ;;
    evaluation) common_of evaluation evaluation && evaluation_config ;;
    membership) common_of membership membership && membership_config ;;
    *) common_of "$1" "$1" && rules_config "$1" ;;
  esac
}

rules_config() { # the services that read their rules from data
  printf 'rules_dir: "%s"\n' "$ROOT/services/$1/domain/rules"
  [ "$1" != meeting ] || printf 'calendar_start: "2026-01-01"\n'
}

membership_config() { # admissions and terms of office rest on the votes and elections of meetings
  printf 'meeting %s\nobjects { directory: "%s" }\n' "$(peer meeting)" "$STATE/objects"
}

evaluation_config() {
  printf 'meeting %s\ntraining %s\n' "$(peer meeting)" "$(peer training)"
}

backend() {
  printf 'backends { service: "services/%s" packages: "ronghe.%s.v1" peer %s }\n' "$1" "$1" "$(peer "$1")"
}

# A run with --no-build may find a build without one.
console_built() { [ -s "$BUILD/console/index.html" ]; }

gateway_config() {
  local service
  cat <<TEXT
http {
  listen: "127.0.0.1:$(port gateway)"
  $(tls_of gateway)
  docs_dir: "$ROOT/services/gateway/static"
  swagger_ui_dir: "$TOOLS/node_modules/swagger-ui-dist"
  $(! console_built || printf 'console_dir: "%s"' "$BUILD/console")
}
grpc {
  listen: "127.0.0.1:$(port gateway-grpc)"
  $(tls_of gateway)
}
descriptor_set_file: "$BUILD/ronghe.binpb"
token { private_key_file: "$STATE/secrets/token.key" }
oauth { issuer: "https://127.0.0.1:$(port gateway)" }
$([ -z "${RONGHE_LOGIN_POLICY:-}" ] || printf 'access { login_policy_file: "%s" }' "$RONGHE_LOGIN_POLICY")
$(oidc_config)
$(for service in "${DATA_SERVICES[@]}"; do backend "$service"; done)
backends { service: "services/gateway" packages: "ronghe.access.v1" peer { server_name: "gateway.ronghe" } }
TEXT
}

# Sign-in by an identity provider, where RONGHE_OIDC_ISSUER names one.
oidc_config() {
  [ -n "${RONGHE_OIDC_ISSUER:-}" ] || return 0
  cat <<TEXT
oidc {
  issuer: "$RONGHE_OIDC_ISSUER"
  client_id: "${RONGHE_OIDC_CLIENT_ID:-ronghe}"
  client_secret_file: "${RONGHE_OIDC_SECRET_FILE:?}"
  public_url: "${RONGHE_OIDC_PUBLIC_URL:-https://localhost:$(port gateway)}"
  title: "${RONGHE_OIDC_TITLE:-统一身份认证}"
}
TEXT
}

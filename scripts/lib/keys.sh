# shellcheck shell=bash
# Which certificates and keys does a development suite run with? All are made here, none is ever committed.

make_certificates() {
  local dir=$STATE/tls name
  [ ! -s "$dir/ca.pem" ] || return 0
  step "Making development certificates and keys"
  mkdir -p "$dir" && chmod 700 "$dir"
  openssl ecparam -name prime256v1 -genkey -noout -out "$dir/ca.key" 2>/dev/null
  openssl req -x509 -new -key "$dir/ca.key" -days 3650 -subj '/CN=ronghe development CA' -out "$dir/ca.pem" 2>/dev/null
  for name in "${SERVICES[@]}"; do make_certificate "$name" "$name.ronghe"; done
  make_certificate department department.example  # another department's system, for a first try
  chmod 600 "$dir"/*.key
}

# make_certificate FILE NAME: a certificate for NAME, good for localhost, signed by the development CA.
make_certificate() {
  local dir=$STATE/tls
  openssl ecparam -name prime256v1 -genkey -noout -out "$dir/$1.key" 2>/dev/null
  openssl req -new -key "$dir/$1.key" -subj "/CN=$2" -out "$dir/$1.csr" 2>/dev/null
  openssl x509 -req -in "$dir/$1.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -days 825 \
    -extfile <(printf 'subjectAltName=DNS:%s,DNS:localhost,IP:127.0.0.1' "$2") \
    -out "$dir/$1.pem" 2>/dev/null
  rm -f "$dir/$1.csr"
}

# make_audit_key SERVICE: signs the heads of the service's audit chain, by the algorithms that its key ring was born with.
make_audit_key() {
  local key=$STATE/secrets/$1.audit.key curve=SM2
  mkdir -p "$STATE/audit" && chmod 700 "$STATE/audit"
  [ ! -s "$key" ] || return 0
  ! grep -q '^index_suite: SUITE_AES' "$STATE/secrets/$1.keyring" || curve=P-256
  (umask 077 && openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$curve" -out "$key" 2>/dev/null) ||
    fail "the audit key of $1 could not be made" "see $STATE/secrets"
  openssl pkey -in "$key" -pubout -out "$STATE/secrets/$1.audit.pub" 2>/dev/null
}

# shellcheck shell=bash
# How does the suite's private MariaDB come to be: its data, its schemas, its users?

schema_of() { case $1 in gateway) echo ronghe_access ;; *) echo "ronghe_$1" ;; esac }

# The superuser: whoever owns the state, through the socket, and nobody over the network.
sql_root() { mariadb --no-defaults --socket="$STATE/run/db.sock" --user="$(id -un)" "$@"; }

# A server that starts deletes the temporary tables it finds in its tmpdir: in a shared one those of its neighbours.
start_database() {
  if alive database; then return 0; fi
  mkdir -p "$STATE/run" "$STATE/log"
  if [ ! -d "$STATE/db/mysql" ]; then
    step "Creating the database"
    need_space "$STATE" 2048 "the database"
    rm -rf "$STATE/db"
    mariadb-install-db --no-defaults --datadir="$STATE/db" --tmpdir="$STATE/db" --user="$(id -un)" --skip-test-db --force \
      --auth-root-authentication-method=socket --auth-root-socket-user="$(id -un)" >"$STATE/log/database-install.log" 2>&1 ||
      fail "the database could not be created" "see $STATE/log/database-install.log"
  fi
  LD_PRELOAD=libjemalloc.so.2 setsid mariadbd --no-defaults --datadir="$STATE/db" --tmpdir="$STATE/db" --user="$(id -un)" \
    --socket="$STATE/run/db.sock" --pid-file="$STATE/run/mariadbd.pid" \
    --bind-address=127.0.0.1 --port="$(port database)" --skip-name-resolve \
    --character-set-server=utf8mb4 --collation-server=utf8mb4_bin \
    --innodb-buffer-pool-size="${RONGHE_BUFFER_POOL:-1G}" --innodb-flush-log-at-trx-commit=1 \
    --innodb-log-file-size="${RONGHE_REDO_LOG:-256M}" --max-connections=300 --max-allowed-packet=16M --local-infile=0 \
    </dev/null >"$STATE/log/database.log" 2>&1 &
  echo "$! mariadbd" >"$STATE/run/database.pid"
  STARTED+=(database)
  await 2 alive database || true
  await 60 database_answers_or_died || true
  sql_root -e 'SELECT 1' >/dev/null 2>&1 ||
    fail "the database does not start: $(grep -m1 ERROR "$STATE/log/database.log" || tail -1 "$STATE/log/database.log")" \
      "see $STATE/log/database.log"
}

database_answers_or_died() { sql_root -e 'SELECT 1' || ! alive database; }

# One schema and three users a service: _migrate changes the schema, _rw works in it, _ro looks.
create_schemas() {
  local service schema role file
  mkdir -p "$STATE/secrets" && chmod 700 "$STATE/secrets"
  sql_root -e "DROP USER IF EXISTS 'root'@'127.0.0.1', 'root'@'::1';"  # of databases made before they were left out
  for service in "${SERVICES[@]}"; do
    schema=$(schema_of "$service")
    for role in migrate rw ro; do
      file=$STATE/secrets/${schema}_$role.password
      [ -s "$file" ] || (umask 077 && openssl rand -hex 24 >"$file")
      sql_root -e "CREATE DATABASE IF NOT EXISTS $schema CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
        CREATE USER IF NOT EXISTS '${schema}_$role'@'127.0.0.1';
        ALTER USER '${schema}_$role'@'127.0.0.1' IDENTIFIED BY '$(cat "$file")';"
    done
    sql_root -e "GRANT ALL ON $schema.* TO '${schema}_migrate'@'127.0.0.1';"
  done
}

# Table grants follow the migrations, because what is append-only is granted table by table.
grant_tables() {
  local service
  for service in "${SERVICES[@]}"; do
    sql_root "$(schema_of "$service")" <"$ROOT/services/$service/migrations/users.sql" ||
      fail "the grants of $service could not be applied" "see services/$service/migrations/users.sql"
  done
}

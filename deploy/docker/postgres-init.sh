#!/bin/bash
# First start of the database server: a role and a database for each service, closed to all the others.
set -euo pipefail

add() { # NAME PASSWORD
    psql -v ON_ERROR_STOP=1 -q -U "$POSTGRES_USER" -d postgres -v name="$1" -v password="$2" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8';
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
}

add gateway "$BULK_GATEWAY_DATABASE_PASSWORD"
add upload "$BULK_UPLOAD_DATABASE_PASSWORD"
add provisioner "$BULK_PROVISIONER_DATABASE_PASSWORD"
add eventlog "$BULK_EVENTLOG_DATABASE_PASSWORD"
psql -v ON_ERROR_STOP=1 -q -U "$POSTGRES_USER" -d postgres \
    -c 'REVOKE ALL ON DATABASE postgres FROM PUBLIC' -c 'REVOKE ALL ON DATABASE template1 FROM PUBLIC'

#!/bin/sh
# Run once by the image of PostgreSQL on its empty folder: the service gets a role that owns its
# database and nothing else; the superuser is left without a password, for the socket only.
set -eu
password=$(cat /run/secrets/database_password)
psql --no-psqlrc --set=ON_ERROR_STOP=1 --set=password="$password" <<'SQL'
CREATE ROLE countersign LOGIN PASSWORD :'password';
CREATE DATABASE countersign OWNER countersign;
ALTER ROLE CURRENT_USER PASSWORD NULL;
SQL

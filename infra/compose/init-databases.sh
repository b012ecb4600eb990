#!/bin/sh
# Runs once, when PostgreSQL's volume is empty: a database and a role for each product, as in production.
set -eu

make_database() {
  psql -v ON_ERROR_STOP=1 -v name="$1" -v role="$2" -v password="$3" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
select format('create role %I login createrole password %L', :'role', :'password')
  where not exists (select 1 from pg_roles where rolname = :'role') \gexec
select format('create database %I owner %I', :'name', :'role') \gexec
select format('revoke connect on database %I from public', :'name') \gexec
SQL
  psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$1" -c 'create extension if not exists vector'
}

make_database ai_manager ai_manager "$API_DATABASE_PASSWORD"
make_database n8n n8n "$N8N_DATABASE_PASSWORD"
make_database tooljet tooljet "$TOOLJET_DATABASE_PASSWORD"
make_database tooljet_tables tooljet "$TOOLJET_DATABASE_PASSWORD"
make_database langfuse langfuse "$LANGFUSE_DATABASE_PASSWORD"

import { readFileSync } from 'node:fs';
import pg from 'pg';

/** How the owner of the server signs in. */
export interface Admin {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** File of the authorities that sign the server's certificate; none for a server without TLS. */
  ca: string | null | undefined;
}

/** What is particular about one product's database. */
export interface Wanted {
  name: string;
  role: string;
  password: string;
  /** How the product's client reads TLS in a URL: `verify`, `require`, or `plain` where it is set elsewhere. */
  tls: string;
  /** The API makes the role of tenant transactions, ToolJet those of PostgREST. */
  createRoles: boolean;
}

/**
 * Makes a database with a role that owns it and nothing else, with pgvector, or brings an existing one up to
 * it. Nobody else may connect.
 * @returns the URL that the role signs in with
 */
export async function makeDatabase(
  admin: Admin,
  { name, role, password, tls, createRoles }: Wanted,
): Promise<string> {
  const identifier = pg.escapeIdentifier;
  await asOwner(admin, admin.database, async (client) => {
    const { rowCount: hasRole } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
    const verb = hasRole ? 'alter' : 'create';
    await client.query(
      `${verb} role ${identifier(role)} login ${createRoles ? 'createrole' : 'nocreaterole'} password ${pg.escapeLiteral(password)}`,
    );
    // A managed server's owner may give a database only to a role that it is a member of.
    await client.query(`grant ${identifier(role)} to current_user`).catch(() => {});
    const { rowCount: hasDatabase } = await client.query('select 1 from pg_database where datname = $1', [
      name,
    ]);
    if (!hasDatabase) await client.query(`create database ${identifier(name)} owner ${identifier(role)}`);
    await client.query(`revoke connect, temporary on database ${identifier(name)} from public`);
    await client.query(`grant connect, temporary on database ${identifier(name)} to ${identifier(role)}`);
  });
  await asOwner(admin, name, async (client) => {
    const { rowCount: known } = await client.query(
      "select 1 from pg_available_extensions where name = 'vector'",
    );
    if (known) await client.query('create extension if not exists vector');
  });
  const url = new URL(`postgres://${role}@${admin.host}:${admin.port}/${name}`);
  url.password = password;
  if (admin.ca === undefined || tls === 'plain') return url.href;
  url.searchParams.set('sslmode', tls === 'verify' ? 'verify-full' : 'require');
  if (admin.ca && tls === 'verify') url.searchParams.set('sslrootcert', admin.ca);
  return url.href;
}

async function asOwner(
  admin: Admin,
  database: string,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const { host, port, user, password, ca } = admin;
  const client = new pg.Client({
    host,
    port,
    user,
    password,
    database,
    connectionTimeoutMillis: 10_000,
    ssl: ca === undefined ? false : ca ? { ca: readFileSync(ca, 'utf8') } : true,
  });
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

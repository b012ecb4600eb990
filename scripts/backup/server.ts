import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';
import { BackupError } from './manifest.ts';

const run = promisify(execFile);

/** Writes the database that a URL names with `pg_dump`; the API may go on meanwhile. */
export async function dumpServer(url: string, file: string): Promise<void> {
  // The owner reads every row by a policy of its own, which pg_dump has to be told to use.
  await program('pg_dump', url, [
    '--format=custom',
    '--no-comments',
    '--enable-row-security',
    `--file=${file}`,
  ]);
}

/** The role that a URL signs in as. */
export async function ownerOf(url: string): Promise<string> {
  return ask(url, 'select current_user as answer');
}

/**
 * Fills an empty database from a dump.
 * @param owner the role that the dumped tables' policies name
 */
export async function restoreServer(url: string, file: string, owner: string | null): Promise<void> {
  const found = await ask(
    url,
    "select count(*)::text as answer from pg_namespace where nspname = 'platform'",
  );
  if (found !== '0')
    throw new BackupError('The database of DATABASE_URL is not empty. Restore into a new one.');
  const role = await ownerOf(url);
  if (owner !== null && role !== owner)
    throw new BackupError(`The backup is owned by the role ${owner}: DATABASE_URL must use that role.`);
  // Roles belong to the server, not to the dump.
  await ask(
    url,
    `do $$ begin
       if not exists (select 1 from pg_roles where rolname = 'ai_manager_app') then create role ai_manager_app nologin; end if;
       execute format('grant ai_manager_app to %I', current_user);
     exception when duplicate_object or unique_violation or internal_error or invalid_grant_operation then null;
     end $$`,
  );
  await program('pg_restore', url, ['--no-owner', '--exit-on-error', '--single-transaction', file]);
  // Transaction numbers are the server's own: with those of the other one, readers of events would wait for them.
  await ask(url, 'update events.outbox set committed_in = 0');
}

async function ask(url: string, statement: string): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    const { rows } = await client.query(statement);
    return (rows[0] as { answer: string } | undefined)?.answer ?? '';
  } catch (error) {
    throw new BackupError(`The database of DATABASE_URL cannot be used: ${(error as Error).message}`);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Runs one of PostgreSQL's programs; the password is in its environment, not where `ps` shows it. */
async function program(name: string, url: string, args: string[]): Promise<void> {
  const target = new URL(url);
  const PGPASSWORD = decodeURIComponent(target.password);
  target.password = '';
  try {
    const env = { ...process.env, ...(PGPASSWORD ? { PGPASSWORD } : {}) };
    await run(name, [`--dbname=${target.href}`, ...args], { env, maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    const { code, stderr } = error as { code?: string | number; stderr?: string };
    if (code === 'ENOENT') throw new BackupError(`${name} is not installed. Install the PostgreSQL client.`);
    const [line = 'it failed'] = (stderr ?? '')
      .split('\n')
      .filter((text) => /error|fatal|mismatch/i.test(text));
    throw new BackupError(`${name}: ${line}`);
  }
}

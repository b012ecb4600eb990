import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { startApi } from '../ai-api/test/api.ts';
import { databaseKinds, type TestDatabase, temporaryDirectory } from '../ai-api/test/databases.ts';
import { copyMigratedPglite } from '../ai-api/test/pglite-templates.ts';
import { COMPILE_CACHE, SHORT_LIVED } from '../ai-api/test/process.ts';

const run = promisify(execFile);

async function npmRun(script: string, env: Record<string, string>, ...args: string[]) {
  const file = join(import.meta.dirname, `${script}.ts`);
  const ended = await run(process.execPath, [...SHORT_LIVED, file, ...args], {
    env: { PATH: process.env.PATH ?? '', ...COMPILE_CACHE, ...env },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  return { code: ended.code, text: ended.stdout + ended.stderr };
}

/** A database of its own that a role without any privilege of the server owns, as in production. */
async function ownedDatabase(name: string, owner: string): Promise<string> {
  const admin = new URL(inject('postgresUrl') as string);
  const client = new pg.Client({ connectionString: admin.href });
  await client.connect();
  await client.query(
    `do $$ begin create role ${owner} login createrole; exception when duplicate_object then null; end $$`,
  );
  await client.query(`create database ${name} owner ${owner}`);
  await client.end();
  admin.username = owner;
  admin.pathname = `/${name}`;
  return admin.href;
}

const owners = ['PGlite', ...(inject('postgresUrl') ? ['PostgreSQL'] : [])];

describe.each(owners)('npm run backup and npm run restore on %s', (kind) => {
  const folders: string[] = [];
  const folder = () => {
    const made = temporaryDirectory();
    folders.push(made);
    return made;
  };
  afterEach(() => {
    for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
  });

  async function place(label: string): Promise<Pick<TestDatabase, 'env'>> {
    if (kind === 'PGlite') {
      const directory = folder();
      if (label === 'before') await copyMigratedPglite(directory);
      return { env: { DATA_DIR: directory } };
    }
    const name = `${label}_${Date.now()}`;
    return { env: { DATA_DIR: folder(), DATABASE_URL: await ownedDatabase(name, 'backup_owner') } };
  }

  test('give back the same companies, trails, objects and keys', async () => {
    const testDatabase = (await place('before')) as TestDatabase;
    const api = await startApi(testDatabase, { TENANT: 'Tin Kettles' });
    await api.client.webhook.create({ url: 'http://127.0.0.1:9/', events: ['evaluation.run.completed'] });
    const exported = await api.client.audit.export({});
    // The number of a transaction that this server has not reached: on another server it would be one of the future.
    const tenantId = await api.context.identity.ensureTenant('Tin Kettles');
    await api.context.database.withTenant(tenantId, (transaction) =>
      transaction
        .insertInto('events.outbox')
        .values({
          id: randomUUID(),
          type: 'test.event',
          data: '{}',
          occurred_at: new Date(),
          committed_in: 9_000_000_000_000_000,
        })
        .execute(),
    );
    const { head } = await api.client.audit.verify({});
    await api.stop();

    const backup = join(folder(), 'backup');
    const made = await npmRun('backup', testDatabase.env, backup);
    expect(made).toEqual({ code: 0, text: `1 companies, 2 objects, 2 keys written to ${backup}\n` });
    expect(statSync(backup).mode & 0o077).toBe(0);

    const { env } = await place('after');
    const restored = await npmRun('restore', env, backup);
    expect(restored.text).toMatch(/^Restored and verified: 1 companies, 2 objects, created /);
    expect(restored.code).toBe(0);

    const again = await startApi({ ...testDatabase, env } as TestDatabase, { TENANT: 'Tin Kettles' });
    expect(await again.client.audit.verify({ knownSeq: head.seq, knownHash: head.hash })).toMatchObject({
      intact: true,
    });
    expect((await again.client.webhook.list({})).items).toHaveLength(1);
    const { committed_in: number } = await again.context.database
      .system('the event is looked at')
      .selectFrom('events.outbox')
      .select('committed_in')
      .where('type', '=', 'test.event')
      .executeTakeFirstOrThrow();
    // A data folder goes on with its own numbers; a server begins anew.
    expect(Number(number)).toBe(kind === 'PGlite' ? 9_000_000_000_000_000 : 0);
    const { pathname, search } = new URL(exported.data.url);
    expect((await fetch(`${again.url}${pathname}${search}`)).status).toBe(200);
    await again.stop();

    expect((await npmRun('restore', env, backup)).text).toMatch(
      /^Restore failed: (The database of DATABASE_URL is not empty|.* already contains a database)/,
    );
    expect((await npmRun('backup', testDatabase.env, backup)).text).toContain('is not empty');
    const dump = join(backup, kind === 'PGlite' ? 'database.tar.gz' : 'database.dump');
    appendFileSync(dump, 'x');
    expect(await npmRun('restore', {}, backup, '--check')).toEqual({
      code: 1,
      text: `Restore failed: ${dump} was altered after the backup.\n`,
    });
    rmSync(join(backup, 'manifest.json'));
    expect((await npmRun('restore', {}, backup, '--check')).text).toContain('is not a complete backup');
  }, 180_000);
});

test('npm run backup refuses a database that a server has open', async () => {
  const testDatabase = await databaseKinds()[0].create();
  const api = await startApi(testDatabase);
  const target = join(testDatabase.env.DATA_DIR, 'backup');
  const { code, text } = await npmRun('backup', testDatabase.env, target);
  expect(code).toBe(1);
  expect(text).toMatch(/^Backup failed: .*in use/);
  expect(existsSync(join(target, 'manifest.json'))).toBe(false);
  await api.stop();
  await testDatabase.remove();
});

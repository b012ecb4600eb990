import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { startApi } from '../ai-api/test/api.ts';
import { databaseKinds, type TestDatabase, temporaryDirectory } from '../ai-api/test/databases.ts';
import { COMPILE_CACHE, SHORT_LIVED } from '../ai-api/test/process.ts';

const run = promisify(execFile);

/** What the command prints, and how it ends. */
async function verify(env: Record<string, string>) {
  const script = join(import.meta.dirname, 'audit-verify.ts');
  const ended = await run(process.execPath, [...SHORT_LIVED, script], {
    env: { PATH: process.env.PATH ?? '', ...COMPILE_CACHE, ...env },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  return { code: ended.code, text: ended.stdout + ended.stderr };
}

describe.each(databaseKinds())('npm run audit:verify on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  afterEach(() => testDatabase.remove());

  test('says that every trail is intact, then finds a row that is altered by hand', async () => {
    testDatabase = await create();
    const api = await startApi(testDatabase, { TENANT: 'Tin Kettles' });
    await api.client.webhook.create({
      url: 'http://127.0.0.1:9/',
      events: ['evaluation.run.completed'],
    });
    const { head } = await api.client.audit.verify({});
    await api.stop();
    expect(await verify(testDatabase.env)).toEqual({
      code: 0,
      text: `Tin Kettles: intact, ${head.seq} entries. Head: ${head.seq} ${head.hash}\n`,
    });

    const database = await testDatabase.open();
    await database
      .system('the test tampers as the owner')
      .updateTable('audit.events')
      .set({ actor_name: 'nobody' })
      .where('seq', '=', 2)
      .execute();
    await database.close();
    const broken = await verify(testDatabase.env);
    expect(broken.code).toBe(1);
    expect(broken.text).toContain('Tin Kettles: BROKEN at entry 2, which was altered');
  });
});

test('npm run audit:verify says that there is no database', async () => {
  const { code, text } = await verify({ DATA_DIR: temporaryDirectory() });
  expect(code).toBe(2);
  expect(text).toMatch(/^Verification failed: There is no database in /);
});

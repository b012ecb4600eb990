import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ADMIN_KEY, testEnvironment } from '../../../../test/api.ts';
import { businessDatabases } from '../../../../test/databases.ts';
import { startHurry } from '../../../../test/hurry.ts';
import { builderRow } from '../../../../test/people.ts';
import { freePort } from '../../../../test/ports.ts';
import { ended } from '../../../../test/privacy.ts';
import { createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';

const PROGRAM = fileURLToPath(new URL('../../../../test/crashing-worker.ts', import.meta.url));

describe.each(businessDatabases())('kill -9 on $name', ({ create }) => {
  test('in several steps of an erasure: another process goes on, and no step is done twice', {
    timeout: 300_000,
  }, async ({ onTestFinished }) => {
    const testDatabase = await create();
    onTestFinished(() => testDatabase.remove());
    const hurry = await startHurry(testDatabase);
    onTestFinished(() => hurry.stop());
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const env = testEnvironment(testDatabase, { PORT: String(port), JOB_HEARTBEAT_SECONDS: '10' });
    const client = createClient(resources, { baseUrl: url, apiKey: ADMIN_KEY });
    const start = async (crashAt: string) => {
      const child = spawn(process.execPath, [PROGRAM], {
        env: { ...env, PATH: process.env.PATH ?? '', CRASH_AT: `erasure ${crashAt}` },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
      onTestFinished(async () => {
        child.kill('SIGKILL');
        await exited;
      });
      await Promise.race([once(child.stdout, 'data'), exited]);
      return {
        died: async () => {
          expect((await exited)[1]).toBe('SIGKILL');
          hurry.died();
        },
      };
    };

    const one = await start('erase people');
    await client.people.import({
      builders: [
        builderRow({ builder_id: 'x-1', name: 'Thistle Wick', email: 'thistle@people.example' }),
        builderRow({ builder_id: 'x-2', name: 'Moss Hollow', email: 'moss@people.example' }),
      ],
    });
    const personOf = async (name: string) => {
      const { userId } = await client.user.create({
        email: `${name}@people.example`,
        name,
        roles: ['admin'],
        password: 'a long phrase of words',
      });
      return createClient(resources, { baseUrl: url, apiKey: ADMIN_KEY, actingFor: userId });
    };
    const [first, second] = [await personOf('first'), await personOf('second')];
    const { requestId } = await first.privacyRequest.create({
      kind: 'erasure',
      subject: 'builder:x-1',
      reason: 'Letter 17',
      verification: 'By letter.',
    });
    await second.privacyRequest.confirm({ requestId });
    await one.died();
    // The record of the person is gone by now; who it was is known to the request.
    await (await start('mentions people.projects')).died();
    await (await start('langfuse')).died();
    await start('never');
    const done = await ended(client, requestId);
    const names = done.steps.map(({ step }) => step);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining(['erase people', 'mentions people.projects', 'langfuse', 'audit']),
    );
    expect(await client.builder.get({ builderId: 'x-1' })).toMatchObject({
      name: expect.stringMatching(/^Erased person/),
    });
    expect(await client.builder.get({ builderId: 'x-2' })).toMatchObject({ name: 'Moss Hollow' });
    expect(await client.audit.verify({})).toMatchObject({ intact: true });
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ADMIN_KEY, testEnvironment } from '../../../../test/api.ts';
import { businessDatabases } from '../../../../test/databases.ts';
import { freePort } from '../../../../test/ports.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';

const PROGRAM = fileURLToPath(new URL('../../../../test/crashing-worker.ts', import.meta.url));
const POLL = { timeout: 120_000, interval: 250 };
const STEPS = ['s1', 's2', 's3', 's4'];

const saga = {
  name: 'killed',
  title: 'Killed',
  steps: [
    ...STEPS.map((id) => ({
      id,
      type: 'operation',
      operation: 'decision.create',
      input: { title: `Killed ${id}`, notify: false },
      compensate: { operation: 'decision.cancel', input: { decisionId: '=output.decisionId' } },
    })),
    { id: 'end', type: 'fail', message: 'It fails.' },
  ],
};

describe.each(businessDatabases())('kill -9 on $name', { concurrent: true }, ({ create }) => {
  test('of the process in a step, and of the next one in a compensation, leaves a saga that is undone once', {
    timeout: 240_000,
  }, async ({ onTestFinished }) => {
    const testDatabase = await create();
    onTestFinished(() => testDatabase.remove());
    const port = await freePort();
    const env = testEnvironment(testDatabase, { PORT: String(port), JOB_HEARTBEAT_SECONDS: '10' });
    const client: Client = createClient(resources, {
      baseUrl: `http://127.0.0.1:${port}`,
      apiKey: ADMIN_KEY,
    });
    const start = async (crashAt: string) => {
      const child = spawn(process.execPath, [PROGRAM], {
        env: { ...env, PATH: process.env.PATH ?? '', CRASH_AT: crashAt },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
      onTestFinished(async () => {
        child.kill('SIGKILL');
        await exited;
      });
      await once(child.stdout, 'data');
      return { exited };
    };

    const first = await start('step acted|s3');
    await client.workflowTemplate.save({ definition: saga, expectedVersion: 0, comment: 'For the test' });
    await client.workflowTemplate.publish({ name: 'killed', version: 1, seen: 0 });
    const { instanceId } = await client.workflow.execute({ template: 'killed' });
    expect((await first.exited)[1]).toBe('SIGKILL');
    const second = await start('undo acted|s2');
    expect((await second.exited)[1]).toBe('SIGKILL');
    await start('never');
    await expect
      .poll(async () => (await client.workflow.get({ instanceId })).state, POLL)
      .toBe('compensated');
    const { items } = await client.decision.list({ search: 'Killed s', limit: 100 });
    expect(items.map(({ title, status }) => [title, status]).toSorted()).toEqual(
      STEPS.map((id) => [`Killed ${id}`, 'cancelled']),
    );
    const { compensations } = await client.workflow.complete({ instanceId });
    expect(compensations.map(({ path, state }) => [path, state])).toEqual(
      STEPS.toReversed().map((id) => [id, 'succeeded']),
    );
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';
import { ADMIN_KEY, testEnvironment } from '../../../../test/api.ts';
import { databaseKinds } from '../../../../test/databases.ts';
import { freePort } from '../../../../test/ports.ts';
import { SHORT_LIVED } from '../../../../test/process.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';
import type { CrashPoint } from './index.ts';

const PROGRAM = fileURLToPath(new URL('../../../../test/holding-worker.ts', import.meta.url));
const TIMEOUT = 240_000;
const POLL = { timeout: 120_000, interval: 250 };
const STEPS = ['s1', 's2', 's3', 's4', 's5', 's6', 's7'];
const UNDONE = STEPS.slice(0, 6);

/** Each of six steps asks for a decision, which would be there twice; the seventh changes nothing. */
const saga = {
  name: 'killed',
  title: 'Seven steps',
  input: { label: { type: 'text' }, last: { type: 'text' } },
  steps: [
    ...UNDONE.map((id) => ({
      id,
      type: 'operation',
      operation: 'decision.create',
      input: { title: `=input.label + " ${id}"`, notify: false },
      compensate: { operation: 'decision.cancel', input: { decisionId: '=output.decisionId' } },
    })),
    { id: 's7', type: 'operation', operation: 'identity.whoami', when: 'input.last != "fails"' },
    { id: 'end', type: 'validate', checks: [{ that: 'input.last != "fails"', message: 'It fails.' }] },
  ],
};

/** Where the process of a workflow is killed: `completes|step acted|s3`. */
const points = (outcome: string, point: CrashPoint, steps: readonly string[]) =>
  steps.map((step) => `${outcome}|${point}|${step}`);
const ONCE = [
  ...points('completes', 'step claimed', STEPS),
  ...points('completes', 'step acted', STEPS),
  ...points('completes', 'step settled', STEPS),
  ...points('fails', 'step acted', UNDONE),
  ...points('fails', 'undo claimed', UNDONE),
  ...points('fails', 'undo acted', UNDONE),
  ...points('fails', 'undo settled', UNDONE),
];
/** Killed a second time, by the end of the process that took them over. */
const TWICE = [
  'completes|step claimed|s3|step acted|s3',
  'completes|step acted|s3|step acted|s5',
  'fails|step acted|s3|undo acted|s2',
  'fails|undo claimed|s4|undo acted|s4',
  'fails|undo acted|s4|undo settled|s4',
];
const ALL = [...ONCE, ...TWICE];

describe.each(databaseKinds())('kill -9 on $name', { concurrent: true }, ({ create }) => {
  test('at each point between intent and result leaves sagas that act once and are undone once', {
    timeout: TIMEOUT,
  }, async ({ expect, onTestFinished }) => {
    const testDatabase = await create();
    onTestFinished(() => testDatabase.remove());
    const port = await freePort();
    const env = testEnvironment(testDatabase, {
      PORT: String(port),
      JOB_HEARTBEAT_SECONDS: '10',
      // One that is held keeps its place.
      WORKFLOW_CONCURRENCY: String(ALL.length + 4),
      WORKFLOW_COMPANY_CONCURRENCY: String(ALL.length + 4),
    });
    const client: Client = createClient(resources, {
      baseUrl: `http://127.0.0.1:${port}`,
      apiKey: ADMIN_KEY,
    });

    /** Starts the process of this number in the chain; `killed` waits until so many are held, and kills it. */
    const start = async (hold: number) => {
      const child = spawn(process.execPath, [...SHORT_LIVED, PROGRAM], {
        env: { ...env, PATH: process.env.PATH ?? '', HOLD: String(hold) },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
      const held = new Set<string>();
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.startsWith('held ')) held.add(line.slice('held '.length));
      });
      const kill = async () => {
        child.kill('SIGKILL');
        return (await exited)[1];
      };
      onTestFinished(async () => void (await kill()));
      await once(child.stdout, 'data');
      return {
        killed: async (references: readonly string[]) => {
          await expect.poll(() => [...held].sort(), POLL).toEqual([...references].sort());
          expect(await kill()).toBe('SIGKILL');
        },
      };
    };

    const first = await start(1);
    await client.workflowTemplate.save({ definition: saga, expectedVersion: 0, comment: 'For the test' });
    await client.workflowTemplate.publish({ name: 'killed', version: 1, seen: 0 });
    const started: { reference: string; instanceId: string }[] = [];
    for (const reference of ALL) {
      const [last = ''] = reference.split('|');
      const { instanceId } = await client.workflow.execute({
        template: 'killed',
        reference,
        input: { label: reference, last },
      });
      started.push({ reference, instanceId });
    }
    await first.killed(ALL);
    const open = async () =>
      (await client.workflow.list({ template: 'killed', limit: 500 })).items.filter(
        ({ endedAt }) => endedAt === null,
      ).length;
    const second = await start(2);
    // The others end first: at any other moment the answer of an operation may be lost, which is another test.
    await expect.poll(open, POLL).toBe(TWICE.length);
    await second.killed(TWICE);
    await start(3);
    await expect.poll(open, POLL).toBe(0);
    const { items: decisions } = await client.decision.list({ limit: 500 });
    for (const { reference, instanceId } of started) {
      const { instance, compensations } = await client.workflow.complete({ instanceId });
      const fails = reference.startsWith('fails');
      expect([reference, instance.state]).toEqual([reference, fails ? 'compensated' : 'completed']);
      const effects = decisions.filter(({ title }) => title.slice(0, -3) === reference);
      expect([reference, effects.map(({ title, status }) => [title.slice(-2), status]).toSorted()]).toEqual([
        reference,
        UNDONE.map((id) => [id, fails ? 'cancelled' : 'pending']),
      ]);
      expect([reference, compensations.map(({ path, state }) => [path, state])]).toEqual([
        reference,
        fails ? UNDONE.toReversed().map((id) => [id, 'succeeded']) : [],
      ]);
    }
  });
});

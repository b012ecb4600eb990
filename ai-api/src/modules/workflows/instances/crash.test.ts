import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { databaseKinds, type TestDatabase } from '../../../../test/databases.ts';
import type { CrashPoint } from './index.ts';

const SAGA = 'seven-steps';
const STEPS = ['s1', 's2', 's3', 's4', 's5', 's6', 's7'];
const UNDONE = STEPS.slice(0, 6);
const POLL = { timeout: 120_000, interval: 200 };

/** Each of six steps asks for a decision, which may be asked for twice; the seventh fails where there is no such one. */
const saga = {
  name: SAGA,
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

/** Where a process ends: `completes|step acted|s3`. */
const points = (outcome: string, point: CrashPoint, steps: readonly string[]) =>
  steps.map((step) => `${outcome}|${point}|${step}`);
const POINTS = [
  ...points('completes', 'step claimed', STEPS),
  ...points('completes', 'step acted', STEPS),
  ...points('completes', 'step settled', STEPS),
  ...points('fails', 'step acted', UNDONE),
  ...points('fails', 'undo claimed', UNDONE),
  ...points('fails', 'undo acted', UNDONE),
  ...points('fails', 'undo settled', UNDONE),
];

describe.each(databaseKinds())('a saga whose process ends on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  const crashed = new Set<string>();
  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(
      testDatabase,
      {},
      {
        atPoint: (point, { instanceId, path, reference }) => {
          if (reference === null || crashed.has(reference)) return;
          const [, wanted, step] = reference.split('|');
          if (wanted !== point || step !== path) return;
          crashed.add(reference);
          setImmediate(() => void afterCrash(instanceId, reference));
          throw new Error('The process ends here');
        },
      },
    );
    await api.client.workflowTemplate.save({ definition: saga, expectedVersion: 0, comment: 'For the test' });
    await api.client.workflowTemplate.publish({ name: SAGA, version: 1, seen: 0 });
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  async function afterCrash(instanceId: string, reference: string): Promise<void> {
    if (reference.startsWith('lost')) await loseAnswers();
    await endLeases(instanceId);
  }

  /** As when a process ends after an operation has written, and before its answer is kept. */
  async function loseAnswers(): Promise<void> {
    await sql`update platform_http.idempotency_keys
      set state = 'in_flight', status = null, headers = null, body = null, lease_until = now() - interval '1 second'
      where operation = 'decision.create'`.execute(
      api.context.database.system('the test looks behind the API'),
    );
  }

  /** As time does, when no process renews them. */
  async function endLeases(instanceId: string): Promise<void> {
    const database = api.context.database.system('the test looks behind the API');
    for (const table of ['tasks', 'compensations'])
      await sql`update ${sql.table(`workflows.${table}`)} set lease_until = now() - interval '1 second'
        where instance_id = ${instanceId} and state = 'running'`.execute(database);
  }

  const start = (reference: string) =>
    api.client.workflow.execute({
      template: SAGA,
      reference,
      input: { label: reference, last: reference.startsWith('fails') ? 'fails' : 'ends' },
    });
  const decisionsOf = async (label: string) =>
    (await api.client.decision.list({ search: `${label} s`, limit: 500 })).items.map(({ title, status }) => [
      title.slice(-2),
      status,
    ]);

  test('goes on at each of the points between intent and result, acts once and undoes what it did', {
    timeout: 240_000,
  }, async () => {
    const started: Awaited<ReturnType<typeof start>>[] = [];
    for (const point of POINTS) started.push(await start(point));
    const open = async () =>
      (await Promise.all(started.map(({ instanceId }) => api.client.workflow.get({ instanceId })))).filter(
        ({ endedAt }) => endedAt === null,
      ).length;
    await expect.poll(open, POLL).toBe(0);
    expect([...crashed].sort()).toEqual([...POINTS].sort());
    for (const [index, reference] of POINTS.entries()) {
      const { instanceId } = started[index] as { instanceId: string };
      const { instance, compensations } = await api.client.workflow.complete({ instanceId });
      const fails = reference.startsWith('fails');
      expect([reference, instance.state]).toEqual([reference, fails ? 'compensated' : 'completed']);
      const decisions = await decisionsOf(reference);
      expect([reference, decisions.toSorted()]).toEqual([
        reference,
        UNDONE.map((id) => [id, fails ? 'cancelled' : 'pending']),
      ]);
      expect(compensations.map(({ path, state }) => [path, state])).toEqual(
        fails ? UNDONE.toReversed().map((id) => [id, 'succeeded']) : [],
      );
    }
  });

  test('is undone as far as it may have happened when the answer of a step is lost', async () => {
    const { instanceId } = await start('lost|step acted|s3');
    await expect
      .poll(async () => (await api.client.workflow.get({ instanceId })).state, POLL)
      .toBe('compensation_failed');
    const { instance, compensations } = await api.client.workflow.complete({ instanceId });
    expect(instance.error).toMatchObject({ path: 's3', code: 'IDEMPOTENCY_ANSWER_LOST' });
    expect(compensations.map(({ path, state }) => [path, state])).toEqual([
      ['s3', 'failed'],
      ['s2', 'succeeded'],
      ['s1', 'succeeded'],
    ]);
    expect((await decisionsOf('lost|step acted|s3')).toSorted()).toEqual([
      ['s1', 'cancelled'],
      ['s2', 'cancelled'],
      ['s3', 'pending'],
    ]);
    const asked = async () =>
      (await api.client.decision.list({ search: 'Rollback incomplete', status: 'pending' })).items;
    await expect.poll(async () => (await asked()).length, POLL).toBe(1);
    const [decision] = await asked();
    expect(Object.keys(decision?.details ?? {})).toEqual(['s3']);
    await api.client.decision.decide({ decisionId: decision?.decisionId ?? '', choice: 'approved' });
    await expect
      .poll(async () => (await api.client.workflow.get({ instanceId })).state, POLL)
      .toBe('compensated');
  });
});

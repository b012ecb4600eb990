import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';

const SAGA = 'three-steps';
const LOST = 'Answer lost';
const UNDO_LOST = 'Undo lost';
const STEPS = ['s1', 's2', 's3'];
const POLL = { timeout: 120_000, interval: 200 };

/** Each step asks for a decision. */
const saga = {
  name: SAGA,
  title: 'Three steps',
  input: { label: { type: 'text' } },
  steps: STEPS.map((id) => ({
    id,
    type: 'operation',
    operation: 'decision.create',
    input: { title: `=input.label + " ${id}"`, notify: false },
    compensate: { operation: 'decision.cancel', input: { decisionId: '=output.decisionId' } },
  })),
};

/** Where the process of a workflow ends, by its reference. */
const AT: Record<string, string> = { [LOST]: 'step acted s3', [UNDO_LOST]: 'undo acted s2' };

describe.each(businessDatabases())('a saga whose process ends on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  const lost = new Set<string>();
  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(
      testDatabase,
      {},
      {
        atPoint: (point, { instanceId, path, reference }) => {
          if (reference === null || lost.has(reference) || AT[reference] !== `${point} ${path}`) return;
          lost.add(reference);
          const operation = reference === LOST ? 'decision.create' : 'decision.cancel';
          setImmediate(() => void loseAnswers(operation).then(() => endLeases(instanceId)));
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

  /** As when a process ends after an operation has written, and before its answer is kept. */
  async function loseAnswers(operation: string): Promise<void> {
    await sql`update platform_http.idempotency_keys
      set state = 'in_flight', status = null, headers = null, body = null, lease_until = now() - interval '1 second'
      where operation = ${operation}`.execute(api.context.database.system('the test looks behind the API'));
  }

  /** As time does, when no process renews them. */
  async function endLeases(instanceId: string): Promise<void> {
    const database = api.context.database.system('the test looks behind the API');
    for (const table of ['tasks', 'compensations'])
      await sql`update ${sql.table(`workflows.${table}`)} set lease_until = now() - interval '1 second'
        where instance_id = ${instanceId} and state = 'running'`.execute(database);
  }

  const decisionsOf = async (label: string) =>
    (await api.client.decision.list({ search: `${label} s`, limit: 500 })).items.map(({ title, status }) => [
      title.slice(-2),
      status,
    ]);

  test('is undone as far as it may have happened when the answer of a step is lost', async () => {
    const { instanceId } = await api.client.workflow.execute({
      template: SAGA,
      reference: LOST,
      input: { label: LOST },
    });
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
    expect((await decisionsOf(LOST)).toSorted()).toEqual([
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

  test('is undone, and asks no person, when the answer of a compensation is lost', async () => {
    const input = { label: UNDO_LOST };
    const template = 'three-steps-fail';
    const definition = {
      ...saga,
      name: template,
      steps: [...saga.steps, { id: 'end', type: 'fail', message: 'No.' }],
    };
    await api.client.workflowTemplate.save({ definition, expectedVersion: 0, comment: 'For the test' });
    await api.client.workflowTemplate.publish({ name: template, version: 1, seen: 0 });
    const { instanceId } = await api.client.workflow.execute({ template, reference: UNDO_LOST, input });
    await expect
      .poll(async () => (await api.client.workflow.get({ instanceId })).state, POLL)
      .toBe('compensated');
    expect([...lost]).toContain(UNDO_LOST);
    const { timeline } = await api.client.workflow.complete({ instanceId });
    expect(timeline.map(({ what, detail }) => [what, detail])).toContainEqual([
      'undo not answered',
      expect.stringContaining('s2: decision.cancel was carried out'),
    ]);
    expect((await decisionsOf(UNDO_LOST)).toSorted()).toEqual(STEPS.map((id) => [id, 'cancelled']));
  });
});

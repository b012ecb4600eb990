import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { refusal } from '../../../../test/people.ts';
import { startWorkflows, type TestWorkflows, whoami } from '../../../../test/workflows.ts';

const PLAN = {
  builderId: 'b-001',
  reason: 'Four weeks below the goals that were agreed.',
  goals: [{ goalId: 'g-1', title: 'Ship the import', measure: 'in production' }],
  startsOn: '2026-12-01',
  endsOn: '2026-12-31',
};
const OPEN_PLAN = { id: 'open', type: 'operation', operation: 'plan.create', input: PLAN };

describe.each(businessDatabases())('decisions about people in workflows on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let workflows: TestWorkflows;
  beforeAll(async () => {
    testDatabase = await create();
    workflows = await startWorkflows(testDatabase);
  });
  afterAll(async () => {
    await workflows.api.stop();
    await testDatabase.remove();
  });

  /** A template as an earlier version published it: its steps were checked otherwise. */
  async function changePublished(name: string, steps: object[]) {
    await sql`
      update workflows.versions
      set definition = jsonb_set(definition, '{steps}', ${JSON.stringify(steps)}::jsonb)
      where name = ${name}`.execute(workflows.api.context.database.system('a template of before'));
  }

  const plans = async () => (await workflows.api.client.plan.list({})).items.length;

  test('are refused as a compensation', async () => {
    const refused = await refusal(
      workflows.publish([{ ...whoami('a'), compensate: { operation: 'plan.create', input: PLAN } }]),
    );
    expect(refused.message).toContain('compensate.operation');
  });

  test('keep a template from being started that was published before they were refused', async () => {
    const template = await workflows.publish([whoami('a')]);
    await changePublished(template, [
      { id: 'when', type: 'branch', cases: [{ when: 'true', steps: [OPEN_PLAN] }], otherwise: [] },
    ]);
    const refused = await refusal(workflows.api.client.workflow.execute({ template }));
    expect(refused).toMatchObject({ code: 'WORKFLOW_INVALID' });
    expect(refused.message).toContain('steps[0].cases[0].steps[0].operation: "plan.create" cannot be a step');
    expect(await plans()).toBe(0);
  });

  test('fail as a step of an instance that was started before they were refused', async () => {
    const wait = { id: 'wait', type: 'wait', signal: 'go' };
    const template = await workflows.publish([wait, whoami('a')]);
    const { instanceId } = await workflows.api.client.workflow.execute({ template });
    await workflows.reaches(instanceId, 'waiting');
    await workflows.api.stop();
    // The definition is read anew by a process that was started after the change.
    const api = await startApi(testDatabase);
    workflows.api.client = api.client;
    workflows.api.context = api.context;
    workflows.api.stop = api.stop;
    await changePublished(template, [wait, OPEN_PLAN]);
    await api.client.workflow.signal({ instanceId, signal: 'go' });
    await workflows.reaches(instanceId, 'failed');
    const { error } = await api.client.workflow.get({ instanceId });
    expect(error).toMatchObject({ code: 'NOT_A_STEP', message: expect.stringContaining('"plan.create"') });
    expect(await plans()).toBe(0);
  });
});

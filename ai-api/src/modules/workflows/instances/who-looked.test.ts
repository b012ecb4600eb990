import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { staff } from '../../../../test/staff.ts';
import { startWorkflows, type TestWorkflows } from '../../../../test/workflows.ts';

describe.each(businessDatabases())('who looks at a workflow about a person on $name', ({ create }) => {
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

  test('leaves a record, which names the person by what the workflow was given and what its steps answered', async () => {
    const { client } = workflows.api;
    const template = await workflows.publish(
      [{ id: 'builder', type: 'operation', operation: 'builder.get', input: { builderId: '=input.whose' } }],
      { input: { whose: { type: 'text' } }, output: { email: '=steps.builder.output.email' } },
    );
    const { instanceId } = await workflows.run(template, { whose: 'b-001' });
    const operator = await staff(workflows.api, 'ops@sample-company.example', ['ops'], 'The operator');
    await operator.workflow.get({ instanceId });
    await operator.workflow.complete({ instanceId });
    await operator.workflow.list({});
    const { items } = await client.access.list({ subject: 'builder:b-001' });
    const records = items.filter(({ operation }) => operation.startsWith('workflow.'));
    expect(records.map(({ operation }) => operation).toSorted()).toEqual([
      'workflow.complete',
      'workflow.get',
      'workflow.list',
    ]);
    expect(records.map(({ purpose }) => purpose)).toEqual(['support', 'support', 'support']);
  });
});

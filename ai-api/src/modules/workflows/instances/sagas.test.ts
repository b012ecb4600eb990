import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { builderRow } from '../../../../test/people.ts';
import { staff } from '../../../../test/staff.ts';
import { createDecision, startWorkflows, type TestWorkflows, whoami } from '../../../../test/workflows.ts';

describe.each(businessDatabases())('what workflows did on $name', ({ create }) => {
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

  async function createLicence() {
    const { client } = workflows.api;
    const { productId } = await client.licenceProduct.create({ code: 'studio', name: 'Studio' });
    return client.licence.create({ productId, name: 'Builders', maxSeats: 1 });
  }

  const createUser = (email: string) => ({
    id: 'account',
    type: 'operation',
    operation: 'user.create',
    input: { email, name: 'A new person', roles: ['readonly'] },
    compensate: { operation: 'user.update', input: { userId: '=output.userId', status: 'disabled' } },
  });

  test('undo what was done when a later step fails, and say why', async () => {
    const template = await workflows.publish([
      createUser('undone@example.com'),
      { id: 'missing', type: 'operation', operation: 'builder.get', input: { builderId: 'b-999' } },
    ]);
    const ended = await workflows.run(template);
    expect(ended).toMatchObject({ state: 'compensated', error: { code: 'NOT_FOUND', path: 'missing' } });
    const { items } = await workflows.api.client.user.list({ search: 'undone@example.com' });
    expect(items).toMatchObject([{ status: 'disabled' }]);
  });

  test('of the onboarding are undone when the executive declines', async () => {
    const { licenseKey, licenceId } = await createLicence();
    const lead = await staff(workflows.api, 'lead@sample-company.example', ['admin'], 'The Lead');
    const { instanceId } = await lead.workflow.execute({
      template: 'onboard-builder',
      input: {
        builderId: 'b-001',
        email: 'new.builder@example.com',
        name: 'Ada',
        goal: 'Ship the first feature',
        target: 'It is used by ten customers',
        startsOn: daysFromNow(1),
        endsOn: daysFromNow(40),
        licenseKey,
      },
    });
    await workflows.reaches(instanceId, 'waiting');
    const decisions = await workflows.api.client.decision.list({ status: 'pending', search: 'Welcome Ada' });
    await workflows.api.client.decision.decide({
      decisionId: decisions.items[0]?.decisionId ?? '',
      choice: 'declined',
      reason: 'Not this year.',
    });
    await workflows.reaches(instanceId, 'compensated');
    const complete = await workflows.api.client.workflow.complete({ instanceId });
    expect(complete.instance.error).toMatchObject({ code: 'DECLINED', path: 'agree' });
    expect(complete.compensations.map(({ path, state }) => [path, state])).toEqual([
      ['seat', 'succeeded'],
      ['account', 'succeeded'],
    ]);
    const { items: sessions } = await workflows.api.client.licenceSession.list({ licenceId });
    expect(sessions.map(({ user, state }) => [user, state])).toEqual([
      ['new.builder@example.com', 'released'],
    ]);
    expect(JSON.stringify(complete)).not.toContain(licenseKey);
    expect(complete.instance.input).toMatchObject({ licenseKey: '[hidden]' });
    const { rows } = await sql`select input from workflows.tasks where instance_id = ${instanceId}`.execute(
      workflows.api.context.database.system('the test looks behind the API'),
    );
    expect(JSON.stringify(rows)).not.toContain(licenseKey);
  });

  test('are stopped, or undone, when they are cancelled', async () => {
    const steps = [createDecision('ask'), { id: 'wait', type: 'wait', signal: 'never' }];
    const template = await workflows.publish(steps);
    const [stopped, undone] = await Promise.all(
      [1, 2].map(() => workflows.api.client.workflow.execute({ template })),
    );
    for (const one of [stopped, undone]) await workflows.reaches(one?.instanceId ?? '', 'waiting');
    const reason = 'It is not needed any more';
    await workflows.api.client.workflow.cancel({
      instanceId: stopped?.instanceId ?? '',
      mode: 'stop',
      reason,
    });
    await workflows.api.client.workflow.cancel({
      instanceId: undone?.instanceId ?? '',
      mode: 'undo',
      reason,
    });
    await workflows.reaches(stopped?.instanceId ?? '', 'cancelled');
    await workflows.reaches(undone?.instanceId ?? '', 'compensated');
    const { compensations } = await workflows.api.client.workflow.complete({
      instanceId: stopped?.instanceId ?? '',
    });
    expect(compensations).toEqual([]);
  });

  test('do not go back over a pivot: they fail, and go on from the step that failed', async () => {
    const template = await workflows.publish([
      createDecision('ask'),
      { ...whoami('pivot'), pivot: true },
      { id: 'group', type: 'operation', operation: 'builder.get', input: { builderId: 'b-777' } },
    ]);
    const failed = await workflows.run(template);
    expect(failed).toMatchObject({ state: 'failed', error: { path: 'group' } });
    expect(failed.advice).toContain('retry from there');
    await workflows.api.client.people.import({
      builders: [builderRow({ builder_id: 'b-777', email: 'late@example.com' })],
    });
    await workflows.api.client.workflow.retry({ instanceId: failed.instanceId, path: 'group' });
    await workflows.reaches(failed.instanceId, 'completed');
  });

  test('undo the workflows that their steps started', async () => {
    const child = await workflows.publish([createDecision('ask')], {
      output: { id: '=steps.ask.output.decisionId' },
    });
    const parent = await workflows.publish([
      { id: 'child', type: 'child', template: child },
      { id: 'end', type: 'fail', message: 'It fails.' },
    ]);
    const { instanceId } = await workflows.api.client.workflow.execute({ template: parent });
    await workflows.reaches(instanceId, 'compensated');
    const { children, compensations } = await workflows.api.client.workflow.complete({ instanceId });
    expect(children).toMatchObject([{ template: child, state: 'compensated' }]);
    expect(compensations).toMatchObject([{ path: 'child', state: 'succeeded' }]);
  });

  test('are carried out by n8n, and undone by the API when n8n is silent', async () => {
    const template = await workflows.publish([createDecision('ask'), whoami('last')], {
      runner: 'n8n',
      silentAfterMinutes: 30,
    });
    const { instanceId } = await workflows.api.client.workflow.execute({ template });
    const report = { instanceId, executionId: 'execution-1' };
    const { input, idempotencyKey } = await workflows.api.client.workflow.beginStep({
      ...report,
      step: 'ask',
    });
    const decision = await workflows.api.client.decision.create(input as never, { idempotencyKey });
    expect(await workflows.api.client.workflow.beginStep({ ...report, step: 'ask' })).toMatchObject({
      run: true,
      idempotencyKey,
    });
    await workflows.api.client.workflow.endStep({ ...report, step: 'ask', output: decision });
    expect(await workflows.api.client.workflow.beginStep({ ...report, step: 'ask' })).toMatchObject({
      run: false,
    });
    await workflows.api.client.workflow.beginStep({ ...report, step: 'last' });
    await workflows.later(1, async () => {
      await workflows.api.context.workflows.sweep();
      await workflows.reaches(instanceId, 'compensated');
    });
    expect(await workflows.api.client.decision.get({ decisionId: decision.decisionId })).toMatchObject({
      status: 'cancelled',
    });
  });

  test('of n8n go on from a step that failed, under its key, when they are retried', async () => {
    const template = await workflows.publish([{ ...createDecision('ask'), pivot: true }, whoami('last')], {
      runner: 'n8n',
    });
    const { client } = workflows.api;
    const { instanceId } = await client.workflow.execute({ template });
    const report = { instanceId, executionId: 'execution-3', step: 'ask' };
    const first = await client.workflow.beginStep(report);
    await client.workflow.endStep({ ...report, error: 'The connection was lost.' });
    await workflows.reaches(instanceId, 'cancelled');
    await client.workflow.retry({ instanceId });
    const again = { ...report, executionId: 'execution-4' };
    await expect(client.workflow.endStep({ ...again, output: {} })).rejects.toMatchObject({
      code: 'WORKFLOW_STATE',
    });
    const second = await client.workflow.beginStep(again);
    expect(second).toMatchObject({ run: true, idempotencyKey: first.idempotencyKey });
    const decision = await client.decision.create(second.input as never, {
      idempotencyKey: second.idempotencyKey,
    });
    await client.workflow.endStep({ ...again, output: decision });
    await client.workflow.beginStep({ ...again, step: 'last' });
    await client.workflow.endStep({ ...again, step: 'last', output: {} });
    await workflows.reaches(instanceId, 'completed');
  });

  test('are undone with what n8n did and never reported, and refused to another execution', async () => {
    const template = await workflows.publish([createDecision('ask'), whoami('last')], { runner: 'n8n' });
    const { client } = workflows.api;
    const { instanceId } = await client.workflow.execute({ template });
    const report = { instanceId, executionId: 'execution-2', step: 'ask' };
    const { input, idempotencyKey } = await client.workflow.beginStep(report);
    const { decisionId } = await client.decision.create(input as never, { idempotencyKey });
    await expect(client.workflow.beginStep({ ...report, executionId: 'other' })).rejects.toMatchObject({
      code: 'WORKFLOW_STATE',
    });
    const failed = await client.workflow.fail({ executionId: 'execution-2', message: 'It was killed.' });
    expect(failed.instances).toEqual([instanceId]);
    await workflows.reaches(instanceId, 'compensated');
    expect(await client.decision.get({ decisionId })).toMatchObject({ status: 'cancelled' });
  });

  test('cannot be cancelled while they are undone, nor retried twice', async () => {
    const { client } = workflows.api;
    const template = await workflows.publish([
      createDecision('ask'),
      {
        id: 'group',
        type: 'operation',
        operation: 'builder.get',
        input: { builderId: 'b-778' },
        pivot: true,
      },
      { id: 'missing', type: 'operation', operation: 'builder.get', input: { builderId: 'b-779' } },
    ]);
    await client.people.import({
      builders: [builderRow({ builder_id: 'b-778', email: 'there@example.com' })],
    });
    const { instanceId, state } = await workflows.run(template);
    expect(state).toBe('failed');
    const again = await Promise.allSettled([1, 2].map(() => client.workflow.retry({ instanceId })));
    expect(again.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await workflows.reaches(instanceId, 'failed');
    const undone = await workflows.publish([
      createDecision('ask'),
      { id: 'wait', type: 'wait', signal: 'never' },
    ]);
    const other = await client.workflow.execute({ template: undone });
    await workflows.reaches(other.instanceId, 'waiting');
    const cancel = { instanceId: other.instanceId, mode: 'undo', reason: 'It is not needed' } as const;
    await client.workflow.cancel(cancel);
    await workflows.reaches(other.instanceId, 'compensated');
    await expect(client.workflow.cancel(cancel)).rejects.toMatchObject({ code: 'WORKFLOW_STATE' });
  });
});

function daysFromNow(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { builderRow } from '../../../../test/people.ts';
import { createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';

const POLL = { timeout: 20_000, interval: 50 };

describe.each(businessDatabases())('workflows on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let count = 0;
  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    await api.client.people.import({
      builders: [builderRow({ builder_id: 'b-001', email: 'ada@example.com' })],
    });
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  /** Saves and publishes a template; answers its name. */
  async function publish(steps: object[], more: object = {}): Promise<string> {
    const name = `test-${++count}`;
    await api.client.workflowTemplate.save({
      definition: { name, title: name, steps, ...more },
      expectedVersion: 0,
      comment: 'For a test',
    });
    await api.client.workflowTemplate.publish({ name, version: 1, seen: 0 });
    return name;
  }

  const run = (template: string, input: Record<string, unknown> = {}) =>
    api.client.workflow.execute({ template, input, waitSeconds: 20 });
  const state = (instanceId: string) => async () => (await api.client.workflow.get({ instanceId })).state;
  const reaches = (instanceId: string, wanted: string) =>
    expect.poll(() => api.client.workflow.get({ instanceId }), POLL).toMatchObject({ state: wanted });
  const tasks = async (instanceId: string) =>
    Object.fromEntries(
      (await api.client.workflow.complete({ instanceId })).tasks.map((task) => [task.path, task.state]),
    );

  const whoami = (id: string) => ({ id, type: 'operation', operation: 'identity.whoami' });
  const createDecision = (id: string) => ({
    id,
    type: 'operation',
    operation: 'decision.create',
    input: { title: 'Is this undone?', notify: false },
    compensate: { operation: 'decision.cancel', input: { decisionId: '=output.decisionId' } },
  });
  const createUser = (email: string) => ({
    id: 'account',
    type: 'operation',
    operation: 'user.create',
    input: { email, name: 'Somebody New', roles: ['readonly'] },
    compensate: { operation: 'user.update', input: { userId: '=output.userId', status: 'disabled' } },
  });

  test('carry out operations one after the other and answer what the template says', async () => {
    const template = await publish(
      [
        {
          id: 'builder',
          type: 'operation',
          operation: 'builder.get',
          input: { builderId: '=input.builderId' },
        },
        {
          id: 'known',
          type: 'validate',
          checks: [{ that: 'steps.builder.output.email != ""', message: 'No mail.' }],
        },
      ],
      { input: { builderId: { type: 'text' } }, output: { email: '=steps.builder.output.email' } },
    );
    const ended = await run(template, { builderId: 'b-001' });
    expect(ended).toMatchObject({ state: 'completed', output: { email: 'ada@example.com' }, error: null });
    expect(await tasks(ended.instanceId)).toEqual({ builder: 'succeeded', known: 'succeeded' });
  });

  test('undo what was done when a later step fails, and say why', async () => {
    const template = await publish([
      createUser('undone@example.com'),
      { id: 'missing', type: 'operation', operation: 'builder.get', input: { builderId: 'b-999' } },
    ]);
    const ended = await run(template);
    expect(ended).toMatchObject({ state: 'compensated', error: { code: 'NOT_FOUND', path: 'missing' } });
    const { items } = await api.client.user.list({ search: 'undone@example.com' });
    expect(items).toMatchObject([{ status: 'disabled' }]);
  });

  test('of the onboarding are undone when the executive declines', async () => {
    const { instanceId } = await api.client.workflow.execute({
      template: 'onboard-builder',
      input: {
        builderId: 'b-001',
        email: 'new.builder@example.com',
        name: 'Ada',
        goal: 'Ship the first feature',
        target: 'It is used by ten customers',
        startsOn: daysFromNow(1),
        endsOn: daysFromNow(40),
      },
    });
    await reaches(instanceId, 'waiting');
    const decisions = await api.client.decision.list({ status: 'pending', search: 'Welcome Ada' });
    await api.client.decision.decide({
      decisionId: decisions.items[0]?.decisionId ?? '',
      choice: 'declined',
      reason: 'Not this year.',
    });
    await reaches(instanceId, 'compensated');
    const complete = await api.client.workflow.complete({ instanceId });
    expect(complete.instance.error).toMatchObject({ code: 'DECLINED', path: 'agree' });
    expect(complete.compensations.map(({ path, state }) => [path, state])).toEqual([
      ['plan', 'succeeded'],
      ['account', 'succeeded'],
    ]);
  });

  test('start once for one reference', async () => {
    const template = await publish([whoami('a')]);
    const [first, again] = await Promise.all(
      [1, 2].map(() => api.client.workflow.execute({ template, reference: 'order-7', waitSeconds: 20 })),
    );
    expect(again?.instanceId).toBe(first?.instanceId);
  });

  test('go through branches, lists and parallel steps', async () => {
    const template = await publish(
      [
        {
          id: 'both',
          type: 'parallel',
          branches: { a: [whoami('a')], b: [whoami('b')] },
        },
        {
          id: 'each',
          type: 'map',
          over: 'input.titles',
          concurrency: 2,
          steps: [
            {
              id: 'ask',
              type: 'operation',
              operation: 'decision.create',
              input: { title: '=item', notify: false },
            },
          ],
        },
        {
          id: 'many',
          type: 'branch',
          cases: [{ when: 'size(input.titles) > 2', steps: [whoami('yes')] }],
          otherwise: [whoami('no')],
        },
      ],
      {
        input: { titles: { type: 'list' } },
        output: { titles: '=steps.each.output.map(d, d.title)', taken: '=steps.many.output.taken' },
      },
    );
    const ended = await run(template, { titles: ['One?', 'Two?', 'Three?'] });
    expect(ended.output).toEqual({ titles: ['One?', 'Two?', 'Three?'], taken: 'case0' });
    expect(Object.keys(await tasks(ended.instanceId)).toSorted()).toEqual(
      ['both.a.a', 'both.b.b', 'each[0].ask', 'each[1].ask', 'each[2].ask', 'many.yes'].toSorted(),
    );
  });

  test('wait for an event by its topic, about one thing', async () => {
    const template = await publish(
      [
        {
          id: 'ask',
          type: 'operation',
          operation: 'decision.create',
          input: { title: 'Go on?', notify: false },
        },
        {
          id: 'made',
          type: 'wait',
          event: '*.made',
          where: { decisionId: '=steps.ask.output.decisionId' },
        },
      ],
      { output: { status: '=steps.made.output.data.status' } },
    );
    const [one, other] = await Promise.all([1, 2].map(() => api.client.workflow.execute({ template })));
    await reaches(one?.instanceId ?? '', 'waiting');
    await reaches(other?.instanceId ?? '', 'waiting');
    const complete = await api.client.workflow.complete({ instanceId: one?.instanceId ?? '' });
    const [asked] = complete.tasks;
    const { decisionId = '' } = (asked?.output ?? {}) as { decisionId?: string };
    await api.client.decision.decide({ decisionId, choice: 'approved' });
    await reaches(one?.instanceId ?? '', 'completed');
    expect(await state(other?.instanceId ?? '')()).toBe('waiting');
  });

  test('find an event about the same thing that came before they waited', async () => {
    const decisionId = '=steps.ask.output.decisionId';
    const template = await publish([
      {
        id: 'ask',
        type: 'operation',
        operation: 'decision.create',
        input: { title: 'At once?', notify: false },
      },
      {
        id: 'decide',
        type: 'operation',
        operation: 'decision.decide',
        input: { decisionId, choice: 'approved' },
      },
      { id: 'made', type: 'wait', event: 'decision.made', where: { decisionId } },
    ]);
    expect((await run(template)).state).toBe('completed');
  });

  test('take a signal that was sent before they wait, are paused and resumed', async () => {
    const template = await publish(
      [
        { id: 'first', type: 'wait', signal: 'first' },
        { id: 'second', type: 'wait', signal: 'second' },
      ],
      { output: { why: '=steps.second.output.data.why' } },
    );
    const { instanceId } = await api.client.workflow.execute({ template });
    await reaches(instanceId, 'waiting');
    await api.client.workflow.signal({ instanceId, signal: 'second', payload: { why: 'early' } });
    await api.client.workflow.pause({ instanceId });
    await api.client.workflow.signal({ instanceId, signal: 'first' });
    await reaches(instanceId, 'paused');
    await api.client.workflow.resume({ instanceId });
    await reaches(instanceId, 'completed');
    expect((await api.client.workflow.get({ instanceId })).output).toEqual({ why: 'early' });
  });

  test('go on when the time has come, and fail when nothing came in time', async () => {
    const timer = await publish([{ id: 'later', type: 'wait', seconds: 3600 }]);
    const late = await publish([{ id: 'never', type: 'wait', signal: 'never', timeoutSeconds: 3600 }]);
    const started = await Promise.all(
      [timer, late].map((template) => api.client.workflow.execute({ template })),
    );
    for (const { instanceId } of started) await reaches(instanceId, 'waiting');
    const { clock } = api.context;
    const before = clock.now;
    clock.now = () => new Date(Date.now() + 2 * 3_600_000);
    try {
      await api.context.workflows.sweep();
      await reaches(started[0]?.instanceId ?? '', 'completed');
      await reaches(started[1]?.instanceId ?? '', 'failed');
    } finally {
      clock.now = before;
    }
  });

  test('are stopped, or undone, when they are cancelled', async () => {
    const steps = [createDecision('ask'), { id: 'wait', type: 'wait', signal: 'never' }];
    const template = await publish(steps);
    const [stopped, undone] = await Promise.all([1, 2].map(() => api.client.workflow.execute({ template })));
    for (const one of [stopped, undone]) await reaches(one?.instanceId ?? '', 'waiting');
    const reason = 'It is not needed any more';
    await api.client.workflow.cancel({ instanceId: stopped?.instanceId ?? '', mode: 'stop', reason });
    await api.client.workflow.cancel({ instanceId: undone?.instanceId ?? '', mode: 'undo', reason });
    await reaches(stopped?.instanceId ?? '', 'cancelled');
    await reaches(undone?.instanceId ?? '', 'compensated');
    const { compensations } = await api.client.workflow.complete({ instanceId: stopped?.instanceId ?? '' });
    expect(compensations).toEqual([]);
  });

  test('do not go back over a pivot: they fail, and go on from the step that failed', async () => {
    const template = await publish([
      createDecision('ask'),
      { ...whoami('pivot'), pivot: true },
      { id: 'group', type: 'operation', operation: 'builder.get', input: { builderId: 'b-777' } },
    ]);
    const failed = await run(template);
    expect(failed).toMatchObject({ state: 'failed', error: { path: 'group' } });
    expect(failed.advice).toContain('retry from there');
    await api.client.people.import({
      builders: [builderRow({ builder_id: 'b-777', email: 'late@example.com' })],
    });
    await api.client.workflow.retry({ instanceId: failed.instanceId, path: 'group' });
    await reaches(failed.instanceId, 'completed');
  });

  test('undo the workflows that their steps started', async () => {
    const child = await publish([createDecision('ask')], { output: { id: '=steps.ask.output.decisionId' } });
    const parent = await publish([
      { id: 'child', type: 'child', template: child },
      { id: 'end', type: 'fail', message: 'It fails.' },
    ]);
    const { instanceId } = await api.client.workflow.execute({ template: parent });
    await reaches(instanceId, 'compensated');
    const { children, compensations } = await api.client.workflow.complete({ instanceId });
    expect(children).toMatchObject([{ template: child, state: 'compensated' }]);
    expect(compensations).toMatchObject([{ path: 'child', state: 'succeeded' }]);
  });

  test('let so many steps with one key run at once', async () => {
    const template = await publish([
      {
        id: 'each',
        type: 'map',
        over: '[1, 2, 3, 4]',
        concurrency: 4,
        steps: [{ ...whoami('one'), concurrency: { key: '"narrow"', limit: 1 } }],
      },
    ]);
    const ended = await run(template);
    expect(ended.state).toBe('completed');
    const { tasks: all } = await api.client.workflow.complete({ instanceId: ended.instanceId });
    expect(all.map(({ path, state }) => [path, state])).toEqual(
      [0, 1, 2, 3].map((index) => [`each[${index}].one`, 'succeeded']),
    );
  });

  test('run with the rights of who started them, as they are then', async () => {
    const template = await publish([{ id: 'users', type: 'operation', operation: 'user.list' }]);
    const { key, keyId } = await api.client.apiKey.create({
      name: 'limited',
      roles: ['ops'],
      scopes: ['*'],
    });
    const client = createClient(resources, { baseUrl: api.url, apiKey: key });
    expect(await client.workflow.execute({ template, waitSeconds: 20 })).toMatchObject({
      state: 'failed',
      error: { code: 'FORBIDDEN' },
    });
    const waiting = await publish([{ id: 'wait', type: 'wait', signal: 'go' }, whoami('me')]);
    const { instanceId } = await client.workflow.execute({ template: waiting });
    await reaches(instanceId, 'waiting');
    await api.client.apiKey.revoke({ keyId });
    await api.client.workflow.signal({ instanceId, signal: 'go' });
    await reaches(instanceId, 'failed');
    expect((await api.client.workflow.get({ instanceId })).error).toMatchObject({ code: 'CREDENTIAL_ENDED' });
  });

  test('stay on the version that they started with, which a dry run holds against a new one', async () => {
    const name = await publish([{ id: 'wait', type: 'wait', signal: 'go' }]);
    const { instanceId } = await api.client.workflow.execute({ template: name });
    const definition = {
      name,
      title: name,
      steps: [whoami('added'), { id: 'wait', type: 'wait', signal: 'go' }],
    };
    const dryRun = await api.client.workflowTemplate.dryRun({ definition });
    expect(dryRun).toMatchObject({ instances: 1, changed: 1, cases: [{ instanceId, added: ['added'] }] });
    await api.client.workflowTemplate.save({ definition, expectedVersion: 1, comment: 'One step more' });
    await api.client.workflowTemplate.publish({ name, version: 2, seen: 1 });
    await api.client.workflow.signal({ instanceId, signal: 'go' });
    await reaches(instanceId, 'completed');
    expect(await api.client.workflow.get({ instanceId })).toMatchObject({ version: 1 });
  });

  test('are carried out by n8n, and undone by the API when n8n is silent', async () => {
    const template = await publish([createDecision('ask'), whoami('last')], {
      runner: 'n8n',
      silentAfterMinutes: 30,
    });
    const { instanceId } = await api.client.workflow.execute({ template });
    const report = { instanceId, executionId: 'execution-1' };
    const { input, idempotencyKey } = await api.client.workflow.beginStep({ ...report, step: 'ask' });
    const decision = await api.client.decision.create(input as never, { idempotencyKey });
    expect(await api.client.workflow.beginStep({ ...report, step: 'ask' })).toMatchObject({
      run: true,
      idempotencyKey,
    });
    await api.client.workflow.endStep({ ...report, step: 'ask', output: decision });
    expect(await api.client.workflow.beginStep({ ...report, step: 'ask' })).toMatchObject({ run: false });
    await api.client.workflow.beginStep({ ...report, step: 'last' });
    const { clock } = api.context;
    const before = clock.now;
    clock.now = () => new Date(Date.now() + 3_600_000);
    try {
      await api.context.workflows.sweep();
      await reaches(instanceId, 'compensated');
    } finally {
      clock.now = before;
    }
    expect(await api.client.decision.get({ decisionId: decision.decisionId })).toMatchObject({
      status: 'cancelled',
    });
  });

  test('need a second person before they are published, where the company demands it', async () => {
    await api.client.workflowTemplate.setSettings({ twoPersonRule: true });
    try {
      await expect(publish([whoami('a')])).rejects.toMatchObject({ code: 'WORKFLOW_NOT_APPROVED' });
    } finally {
      await api.client.workflowTemplate.setSettings({ twoPersonRule: false });
    }
  });

  test('are on the first page, part by part', async () => {
    const { parts } = await api.client.dashboard.get({});
    expect(parts.map(({ name, status }) => [name, status])).toEqual(
      ['evaluation', 'approvals', 'decisions', 'workflows', 'failures', 'gates', 'plans', 'usage', 'me'].map(
        (name) => [name, 'ok'],
      ),
    );
  });
});

function daysFromNow(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

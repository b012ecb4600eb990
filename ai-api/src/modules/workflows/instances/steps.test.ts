import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { startWorkflows, type TestWorkflows, whoami } from '../../../../test/workflows.ts';
import { createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';

describe.each(businessDatabases())('workflows on $name', ({ create }) => {
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

  test('carry out operations one after the other and answer what the template says', async () => {
    const template = await workflows.publish(
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
    const ended = await workflows.run(template, { builderId: 'b-001' });
    expect(ended).toMatchObject({ state: 'completed', output: { email: 'ada@example.com' }, error: null });
    expect(await workflows.tasks(ended.instanceId)).toEqual({ builder: 'succeeded', known: 'succeeded' });
  });

  test('leave out what asks for the state of a step that was left out', async () => {
    const template = await workflows.publish([
      { ...whoami('seat'), when: 'false' },
      { ...whoami('keepSeat'), when: 'steps.seat.state == "succeeded"' },
      { ...whoami('goOn'), when: 'steps.seat.state == "skipped"' },
    ]);
    const { instanceId } = await workflows.run(template);
    expect(await workflows.tasks(instanceId)).toEqual({
      seat: 'skipped',
      keepSeat: 'skipped',
      goOn: 'succeeded',
    });
  });

  test('start once for one reference', async () => {
    const template = await workflows.publish([whoami('a')]);
    const [first, again] = await Promise.all(
      [1, 2].map(() =>
        workflows.api.client.workflow.execute({ template, reference: 'order-7', waitSeconds: 20 }),
      ),
    );
    expect(again?.instanceId).toBe(first?.instanceId);
  });

  test('go through branches, lists and parallel steps', async () => {
    const template = await workflows.publish(
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
    const ended = await workflows.run(template, { titles: ['One?', 'Two?', 'Three?'] });
    expect(ended.output).toEqual({ titles: ['One?', 'Two?', 'Three?'], taken: 'case0' });
    expect(Object.keys(await workflows.tasks(ended.instanceId)).toSorted()).toEqual(
      ['both.a.a', 'both.b.b', 'each[0].ask', 'each[1].ask', 'each[2].ask', 'many.yes'].toSorted(),
    );
  });

  test('wait for an event by its topic, about one thing', async () => {
    const template = await workflows.publish(
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
    const [one, other] = await Promise.all(
      [1, 2].map(() => workflows.api.client.workflow.execute({ template })),
    );
    await workflows.reaches(one?.instanceId ?? '', 'waiting');
    await workflows.reaches(other?.instanceId ?? '', 'waiting');
    const complete = await workflows.api.client.workflow.complete({ instanceId: one?.instanceId ?? '' });
    const [asked] = complete.tasks;
    const { decisionId = '' } = (asked?.output ?? {}) as { decisionId?: string };
    await workflows.api.client.decision.decide({ decisionId, choice: 'approved' });
    await workflows.reaches(one?.instanceId ?? '', 'completed');
    expect(await workflows.state(other?.instanceId ?? '')).toBe('waiting');
  });

  test('find an event about the same thing that came before they waited', async () => {
    const decisionId = '=steps.ask.output.decisionId';
    const template = await workflows.publish([
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
    expect((await workflows.run(template)).state).toBe('completed');
  });

  test('take a signal that was sent before they wait, are paused and resumed', async () => {
    const template = await workflows.publish(
      [
        { id: 'first', type: 'wait', signal: 'first' },
        { id: 'second', type: 'wait', signal: 'second' },
      ],
      { output: { why: '=steps.second.output.data.why' } },
    );
    const { instanceId } = await workflows.api.client.workflow.execute({ template });
    await workflows.reaches(instanceId, 'waiting');
    await workflows.api.client.workflow.signal({ instanceId, signal: 'second', payload: { why: 'early' } });
    await workflows.api.client.workflow.pause({ instanceId });
    await workflows.api.client.workflow.signal({ instanceId, signal: 'first' });
    await workflows.reaches(instanceId, 'paused');
    await workflows.api.client.workflow.resume({ instanceId });
    await workflows.reaches(instanceId, 'completed');
    expect((await workflows.api.client.workflow.get({ instanceId })).output).toEqual({ why: 'early' });
  });

  test('go on when the time has come, and fail when nothing came in time', async () => {
    const timer = await workflows.publish([{ id: 'later', type: 'wait', seconds: 3600 }]);
    const late = await workflows.publish([
      { id: 'never', type: 'wait', signal: 'never', timeoutSeconds: 3600 },
    ]);
    const started = await Promise.all(
      [timer, late].map((template) => workflows.api.client.workflow.execute({ template })),
    );
    for (const { instanceId } of started) await workflows.reaches(instanceId, 'waiting');
    await workflows.later(2, async () => {
      await workflows.api.context.workflows.sweep();
      await workflows.reaches(started[0]?.instanceId ?? '', 'completed');
      await workflows.reaches(started[1]?.instanceId ?? '', 'failed');
    });
  });

  test('let so many steps with one key run at once', async () => {
    const template = await workflows.publish([
      {
        id: 'each',
        type: 'map',
        over: '[1, 2, 3, 4]',
        concurrency: 4,
        steps: [{ ...whoami('one'), concurrency: { key: '"narrow"', limit: 1 } }],
      },
    ]);
    const ended = await workflows.run(template);
    expect(ended.state).toBe('completed');
    const { tasks: all } = await workflows.api.client.workflow.complete({ instanceId: ended.instanceId });
    expect(all.map(({ path, state }) => [path, state])).toEqual(
      [0, 1, 2, 3].map((index) => [`each[${index}].one`, 'succeeded']),
    );
  });

  test('run with the rights of who started them, as they are then', async () => {
    const template = await workflows.publish([{ id: 'users', type: 'operation', operation: 'user.list' }]);
    const { key, keyId } = await workflows.api.client.apiKey.create({
      name: 'limited',
      roles: ['ops'],
      scopes: ['*'],
    });
    const client = createClient(resources, { baseUrl: workflows.api.url, apiKey: key });
    expect(await client.workflow.execute({ template, waitSeconds: 20 })).toMatchObject({
      state: 'failed',
      error: { code: 'FORBIDDEN' },
    });
    const waiting = await workflows.publish([{ id: 'wait', type: 'wait', signal: 'go' }, whoami('me')]);
    const { instanceId } = await client.workflow.execute({ template: waiting });
    await workflows.reaches(instanceId, 'waiting');
    await workflows.api.client.apiKey.revoke({ keyId });
    await workflows.api.client.workflow.signal({ instanceId, signal: 'go' });
    await workflows.reaches(instanceId, 'failed');
    expect((await workflows.api.client.workflow.get({ instanceId })).error).toMatchObject({
      code: 'CREDENTIAL_ENDED',
    });
  });

  test('stay on the version that they started with, which a dry run holds against a new one', async () => {
    const name = await workflows.publish([{ id: 'wait', type: 'wait', signal: 'go' }]);
    const { instanceId } = await workflows.api.client.workflow.execute({ template: name });
    const definition = {
      name,
      title: name,
      steps: [whoami('added'), { id: 'wait', type: 'wait', signal: 'go' }],
    };
    const dryRun = await workflows.api.client.workflowTemplate.dryRun({ definition });
    expect(dryRun).toMatchObject({ instances: 1, changed: 1, cases: [{ instanceId, added: ['added'] }] });
    await workflows.api.client.workflowTemplate.save({
      definition,
      expectedVersion: 1,
      comment: 'One step more',
    });
    await workflows.api.client.workflowTemplate.publish({ name, version: 2, seen: 1 });
    await workflows.api.client.workflow.signal({ instanceId, signal: 'go' });
    await workflows.reaches(instanceId, 'completed');
    expect(await workflows.api.client.workflow.get({ instanceId })).toMatchObject({ version: 1 });
  });

  test('need a second person before they are published, where the company demands it', async () => {
    await workflows.api.client.workflowTemplate.setSettings({ twoPersonRule: true });
    try {
      await expect(workflows.publish([whoami('a')])).rejects.toMatchObject({ code: 'WORKFLOW_NOT_APPROVED' });
    } finally {
      await workflows.api.client.workflowTemplate.setSettings({ twoPersonRule: false });
    }
  });

  test('are on the first page, part by part', async () => {
    const { parts } = await workflows.api.client.dashboard.get({});
    expect(parts.map(({ name, status }) => [name, status])).toEqual(
      ['evaluation', 'approvals', 'decisions', 'workflows', 'failures', 'gates', 'plans', 'usage', 'me'].map(
        (name) => [name, 'ok'],
      ),
    );
  });
});

import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { erase, exportedCompany, exportedText } from '../../../../test/privacy.ts';
import { createDecision, startWorkflows, type TestWorkflows, whoami } from '../../../../test/workflows.ts';
import { createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';

describe.each(businessDatabases())('workflows are bounded and kept on $name', ({ create }) => {
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

  const client = () => workflows.api.client;
  const failsWith = async (steps: object[], input: object, given: Record<string, unknown>) => {
    const { state, error } = await workflows.run(await workflows.publish(steps, { input }), given);
    return [state, error?.code, error?.path];
  };
  const accessReport = () => exportedText(workflows.api, 'builder:b-001');
  const check = (that: string) => ({ id: 'check', type: 'validate', checks: [{ that, message: 'No.' }] });

  test.each([
    ['a long search in a loop', 'input.list.all(x, !((x + 1000000.0) in input.list))'],
    ['a long list of long texts', 'size(input.list.map(x, input.text)) > 0'],
  ])('end %s by a failure of the step', async (_, that) => {
    const list = Array.from({ length: 5_000 }, (_, index) => index);
    const input = { list: { type: 'list' }, text: { type: 'text' } };
    const steps = [
      { ...check(that) },
      { id: 'ask', type: 'notify', to: '=input.list.map(x, input.text)', subject: 'a', text: 'b' },
    ];
    const [state, code] = await failsWith(steps, input, { list, text: 'x'.repeat(20_000) });
    expect([state, code]).toEqual(['failed', 'EXPRESSION_FAILED']);
  });

  test('refuse a loop in a loop where expressions are evaluated for n8n', async () => {
    await expect(
      client().workflowTemplate.evaluate({
        values: { bomb: 'input.l.all(x, input.l.all(y, x != y))' },
        input: { l: [1, 2] },
      }),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('take text that PostgreSQL does not, with a mark in place of what it cannot store', async () => {
    const template = await workflows.publish([whoami('me')], {
      input: { text: { type: 'text' } },
      output: { text: '=input.text' },
    });
    const ended = await workflows.run(template, { text: 'a\u0000b\ud800c \\u0000' });
    expect(ended).toMatchObject({ state: 'completed', output: { text: 'a\ufffdb\ufffdc \\u0000' } });
  });

  test.each([
    ['for longer than ten years', { seconds: 1e12 }],
    ['for a negative time', { seconds: '=-1.0' }],
    ['until no instant', { until: '="tomorrow"' }],
    [
      'for an event with a key that is too long',
      { event: 'decision.made', where: { decisionId: 'x'.repeat(3_000) } },
    ],
  ])('refuse to wait %s', async (_, wait) => {
    expect(await failsWith([{ id: 'wait', type: 'wait', ...wait }], {}, {})).toEqual([
      'failed',
      'INVALID_INPUT',
      'wait',
    ]);
  });

  test('start each other in a circle only so deep', async () => {
    const first = await workflows.publish([whoami('me')]);
    const second = await workflows.publish([{ id: 'child', type: 'child', template: first }]);
    const definition = {
      name: first,
      title: first,
      steps: [{ id: 'child', type: 'child', template: second }],
    };
    await client().workflowTemplate.save({ definition, expectedVersion: 1, comment: 'A circle' });
    await client().workflowTemplate.publish({ name: first, version: 2, seen: 1 });
    const { instanceId } = await client().workflow.execute({ template: first });
    await workflows.reaches(instanceId, 'compensated');
    const { items } = await client().workflow.list({ limit: 100 });
    expect(items.filter(({ template }) => template === first || template === second)).toHaveLength(6);
  });

  test('keep at most a hundred signals', async () => {
    const template = await workflows.publish([{ id: 'wait', type: 'wait', signal: 'never' }]);
    const { instanceId } = await client().workflow.execute({ template });
    for (let sent = 0; sent < 100; sent++) await client().workflow.signal({ instanceId, signal: 'other' });
    await expect(client().workflow.signal({ instanceId, signal: 'other' })).rejects.toMatchObject({
      code: 'WORKFLOW_STATE',
    });
  });

  test.each([
    ['YAML that is nested too deep', `name: ${'['.repeat(50_000)}`],
    ['YAML with references', 'name: &a one\ntitle: *a'],
    ['no YAML at all', '\u0000'],
  ])('of %s are refused with a reason', async (_, source) => {
    const { valid, faults } = await client().workflowTemplate.check({ source });
    expect(valid).toBe(false);
    expect(faults[0]?.message).toBeTruthy();
  });

  test('of another company do not exist', async () => {
    const { identity } = workflows.api.context;
    const key = `aim_otherkey_${'0123456789abcdef'.repeat(3)}`;
    await identity.ensureKey(await identity.ensureTenant('other-company'), 'other', key, ['admin']);
    const other = createClient(resources, { baseUrl: workflows.api.url, apiKey: key });
    const template = await workflows.publish([{ id: 'wait', type: 'wait', signal: 'go' }]);
    const { instanceId } = await client().workflow.execute({ template });
    await workflows.reaches(instanceId, 'waiting');
    const attempts = [
      () => other.workflow.execute({ template }),
      () => other.workflow.complete({ instanceId }),
      () => other.workflow.signal({ instanceId, signal: 'go' }),
      () => other.workflow.cancel({ instanceId, mode: 'stop', reason: 'It is not mine' }),
      () => other.workflowTemplate.exportN8n({ name: template }),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await workflows.state(instanceId)).toBe('waiting');
  });

  test('are found in the data of a person, and erased with them once they ended', async () => {
    const template = await workflows.publish([whoami('me')], { input: { who: { type: 'text' } } });
    const waiting = await workflows.publish([{ id: 'wait', type: 'wait', signal: 'go' }], {
      input: { who: { type: 'text' } },
    });
    const [named, mailed] = [
      await workflows.run(template, { who: 'b-001' }),
      await workflows.run(template, { who: 'Write to Ada@example.com, and to others' }),
    ];
    const others = [];
    for (const who of ['b-0011', 'nada@example.com', 'x.ada@example.com', 'ada@example.com.au'])
      others.push(await workflows.run(template, { who }));
    const open = await client().workflow.execute({ template: waiting, input: { who: 'b-001' } });
    await workflows.reaches(open.instanceId, 'waiting');
    const text = await accessReport();
    for (const { instanceId } of [named, mailed, open]) expect(text).toContain(instanceId);
    for (const { instanceId } of others) expect(text).not.toContain(instanceId);

    await erase(workflows.api, 'builder:b-001');
    for (const { instanceId } of [named, mailed])
      await expect(client().workflow.get({ instanceId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await workflows.state(open.instanceId)).toBe('waiting');
    for (const { instanceId } of others) expect(await workflows.state(instanceId)).toBe('completed');
    const after = await accessReport();
    expect(after).not.toContain('Write to');
    expect(after).toContain(open.instanceId);
  });

  test('show a secret neither in what they start nor in an export, and forget it at the end', async () => {
    const secret = 'secret-of-eleven-builders';
    const child = await workflows.publish(
      [
        { id: 'wait', type: 'wait', signal: 'go' },
        { id: 'check', type: 'validate', checks: [{ that: 'input.given != ""', message: 'No.' }] },
      ],
      {
        input: { given: { type: 'text' }, who: { type: 'text' } },
        output: { said: '="It was " + input.given' },
      },
    );
    const parent = await workflows.publish(
      [{ id: 'child', type: 'child', template: child, input: { given: '=input.key', who: '=input.who' } }],
      { input: { key: { type: 'text', secret: true }, who: { type: 'text' } } },
    );
    const started = await client().workflow.execute({
      template: parent,
      input: { key: secret, who: 'b-001' },
    });
    await workflows.reaches(started.instanceId, 'waiting');
    const { children } = await client().workflow.complete({ instanceId: started.instanceId });
    const instanceId = children[0]?.instanceId ?? '';
    await workflows.reaches(instanceId, 'waiting');
    const shown = [
      await client().workflow.get({ instanceId }),
      await client().workflow.complete({ instanceId }),
      await client().workflow.list({ template: child }),
    ];
    expect(JSON.stringify(shown)).toContain('[hidden]');
    expect(JSON.stringify(shown)).not.toContain(secret);
    const report = await accessReport();
    for (const id of [started.instanceId, instanceId]) expect(report).toContain(id);
    expect(report).not.toContain(secret);
    const waits = await workflows.publish([{ id: 'wait', type: 'wait', signal: 'go' }]);
    const signalled = await client().workflow.execute({ template: waits });
    await workflows.reaches(signalled.instanceId, 'waiting');
    await client().workflow.signal({
      instanceId: signalled.instanceId,
      signal: 'go',
      payload: { note: `signal ${secret}` },
    });
    await workflows.reaches(signalled.instanceId, 'completed');
    const files = Object.entries(await exportedCompany(workflows.api));
    const texts = files.map(([path, content]) => `${path}\n${Buffer.from(content).toString()}`).join('\n');
    for (const held of [started.instanceId, instanceId, 'data/workflows.instances.jsonl'])
      expect(texts).toContain(held);
    expect(texts).not.toContain(secret);

    await client().workflow.signal({ instanceId, signal: 'go' });
    await workflows.reaches(started.instanceId, 'completed');
    const { rows } = await sql`
      select instance.*, task.input as given, task.output as answered from workflows.instances as instance
      inner join workflows.tasks as task on task.instance_id = instance.id
      where instance.id in (${started.instanceId}, ${instanceId})`.execute(
      workflows.api.context.database.system('the test looks behind the API'),
    );
    expect(rows.length).toBeGreaterThanOrEqual(3);
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  test('are removed page by page, past those that may not go yet', async () => {
    const child = await workflows.publish([{ id: 'wait', type: 'wait', signal: 'never' }]);
    const parent = await workflows.publish([{ id: 'child', type: 'child', template: child }]);
    const done = await workflows.run(await workflows.publish([whoami('me')]));
    const stopped = await client().workflow.execute({ template: parent });
    await workflows.reaches(stopped.instanceId, 'waiting');
    await client().workflow.cancel({ instanceId: stopped.instanceId, mode: 'stop', reason: 'Not needed' });
    await workflows.reaches(stopped.instanceId, 'cancelled');
    await workflows.later(400 * 24, async () => {
      const { database, privacy } = workflows.api.context;
      const { tenantId } = await client().tenant.get({});
      const kind = privacy.disclosures().flatMap(({ retention = [] }) => retention);
      const ended = kind.find((one) => one.kind === 'workflows') ?? expect.fail('it is not registered');
      const before = new Date(workflows.api.context.clock.now());
      const remove = () =>
        database.withTenant(tenantId, (transaction) => ended.remove(transaction, tenantId, before, 1));
      while ((await remove()) > 0);
    });
    await expect(client().workflow.get({ instanceId: done.instanceId })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await workflows.state(stopped.instanceId)).toBe('cancelled');
  });

  test('are removed after the days that the company keeps them, but an incomplete rollback', async () => {
    await client().workflowTemplate.setSettings({ keepDays: 30 });
    expect(await client().workflowTemplate.getSettings({})).toEqual({ twoPersonRule: false, keepDays: 30 });
    expect(await client().retention.dryRun({ kind: 'workflows' })).toMatchObject({
      days: 30,
      inForceDays: 365,
    });
    const child = await workflows.publish([createDecision('ask')]);
    const parent = await workflows.publish([{ id: 'child', type: 'child', template: child }]);
    const broken = await workflows.publish([
      {
        ...createDecision('ask'),
        // The decision is there, and its title is no id: the compensation is refused.
        compensate: { operation: 'decision.cancel', input: { decisionId: '=output.title' } },
      },
      { id: 'end', type: 'fail', message: 'It fails.' },
    ]);
    const ended = await workflows.run(parent);
    const incomplete = await workflows.run(broken);
    expect([ended.state, incomplete.state]).toEqual(['completed', 'compensation_failed']);
    await workflows.later(29 * 24, async () => {
      await workflows.api.context.privacy.retention.run();
      expect(await workflows.state(ended.instanceId)).toBe('completed');
    });
    await workflows.later(31 * 24, async () => {
      expect(await workflows.api.context.privacy.retention.run()).toBeGreaterThanOrEqual(2);
    });
    await expect(client().workflow.get({ instanceId: ended.instanceId })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await workflows.state(incomplete.instanceId)).toBe('compensation_failed');
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { projectRow, refusal } from '../../../../test/people.ts';
import { evaluate, smallCompany } from '../../../../test/runs.ts';
import { timeRequest } from '../../../../test/time.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';
import { DAY_MS } from '../../../platform/durations.ts';

const EXECUTIVE = 'boss@sample-company.example';
const PASSWORD = 'a password of the tests';
const WHY = 'I looked at the calendar and at the commits.';
const NO_ID = '0190a000-0000-7000-8000-000000000000';

describe.each(businessDatabases())('decisions about people on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  /** As n8n does: a key that may name a person. */
  let machine: Client;
  /** As a dashboard does, where the person has pressed a button. */
  let dashboard: Client;
  let session: Client;
  let requests = 0;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    await api.client.people.import({
      ...smallCompany(4),
      projects: [
        projectRow({
          project_id: 'small',
          builder_id: 'b-1',
          stage: 'validation',
          tam_usd: '1000000',
          stage_history: null,
        }),
      ],
    });
    await api.client.user.create({
      ...{ email: EXECUTIVE, name: 'The Executive', password: PASSWORD },
      roles: ['executive'],
    });
    machine = await keyed('n8n', ['*', 'act-as']);
    dashboard = await keyed('ToolJet', ['*', 'act-as', 'decide']);
    const { tokens } = await api.client.auth.login({
      ...{ email: EXECUTIVE, password: PASSWORD, use: 'tokens' },
    });
    session = createClient(resources, { baseUrl: api.url, apiKey: tokens?.accessToken ?? '' });
    await api.client.tenant.update({ answerWindowHours: 0 });
    await api.client.approval.setSettings({ triage: 'manual' });
    await evaluate(api.client);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  async function keyed(name: string, scopes: string[]): Promise<Client> {
    const { key } = await api.client.apiKey.create({ name, roles: ['admin'], scopes });
    return createClient(resources, { baseUrl: api.url, apiKey: key, actingFor: EXECUTIVE });
  }

  const planFor = (builderId: string) => ({
    builderId,
    reason: 'Four weeks below the goals that were agreed.',
    goals: [{ goalId: 'g-1', title: 'Ship the import', measure: 'It runs in production' }],
    startsOn: '2026-11-16',
    endsOn: '2026-12-31',
  });
  const week = async (builderId: string) => {
    const { items } = await api.client.evaluation.list({ builderId });
    const { evaluationId = '' } = items[0] ?? {};
    const { judgement } = await api.client.evaluation.get({ evaluationId });
    return { evaluationId, judgementId: judgement?.judgementId ?? '' };
  };
  const gate = async () => {
    const { evaluationId, version } = await api.client.stageGate.evaluate({ projectId: 'small' });
    return { evaluationId, version };
  };
  const request = async () => {
    const date = new Date(Date.now() - ++requests * DAY_MS).toISOString().slice(0, 10);
    const asked = timeRequest('b-2', { date, startsAt: undefined });
    const { approvalId, version } = await api.client.approval.submit(asked);
    return { approvalId, version };
  };
  /** How the newest entry of an operation says its caller came. */
  async function viaOf(operation: string) {
    const { items } = await api.client.audit.list({ operationId: operation, limit: 1 });
    const entry = await api.client.audit.get({ seq: items[0]?.seq ?? 0 });
    const [detail] = entry.details.filter(({ content }) => JSON.stringify(content ?? {}).includes('"via"'));
    return (detail?.content as { via?: string } | undefined)?.via;
  }

  const ADVERSE: [string, (by: Client) => Promise<unknown>][] = [
    ['plan.create', (by) => by.plan.create(planFor('b-1'))],
    [
      'plan.close as not met',
      async (by) => {
        const { items } = await api.client.plan.list({ builderId: 'b-4', status: 'active' });
        const open = items[0] ?? (await session.plan.create(planFor('b-4')));
        return by.plan.close({
          ...{ planId: open.planId, version: open.version, status: 'not_met' },
          outcome: 'The goals were not reached by then.',
        });
      },
    ],
    [
      'approval.override',
      async (by) => by.approval.override({ ...(await request()), decision: 'reject', reason: WHY }),
    ],
    [
      'approval.bulk',
      async (by) => by.approval.bulk({ items: [await request()], decision: 'reject', reason: WHY }),
    ],
    ['approval.confirm', (by) => by.approval.confirm({ approvalId: NO_ID, version: 1 })],
    [
      'evaluation.override to a lower grade',
      async (by) => by.evaluation.override({ ...(await week('b-3')), grade: 'E', reason: WHY }),
    ],
    ['evaluation.confirm', async (by) => by.evaluation.confirm({ items: [await week('b-3')] })],
    ['stageGate.confirm', async (by) => by.stageGate.confirm(await gate())],
    [
      'stageGate.review as not met',
      async (by) =>
        by.stageGate.review({ ...(await gate()), criterionId: 'demand', met: false, reason: WHY }),
    ],
    [
      'contest.decide',
      (by) => by.contest.decide({ contestId: NO_ID, version: 1, decision: 'uphold', reason: WHY }),
    ],
    [
      'oversight.set to what lets engines go on',
      async (by) => {
        await session.oversight.set({ kind: 'approval', mode: 'people', reason: WHY });
        return by.oversight.set({ kind: 'approval', mode: 'on', reason: WHY });
      },
    ],
  ];

  test.each(ADVERSE)('are not made by a key that only names a person: %s', async (_, decide) => {
    const refused = await refusal(decide(machine));
    expect(refused.code).toBe('PERSON_REQUIRED');
    expect(refused.message).toContain('scope decide');
  });

  test.each(ADVERSE)(
    'are made by the person in a dashboard, whose key has the scope: %s',
    async (_, decide) => {
      const code = await decide(dashboard).then(
        () => 'made',
        (error: { code?: string }) => error.code,
      );
      // What is not there is not found; nothing is refused for want of a person.
      expect(['made', 'NOT_FOUND']).toContain(code);
    },
  );

  test('are made by the person who is signed in, and the trail says how they came', async () => {
    const reject = { decision: 'reject', reason: WHY } as const;
    await session.approval.override({ ...(await request()), ...reject });
    expect(await viaOf('approval.override')).toBe('session');
    await dashboard.approval.override({ ...(await request()), ...reject });
    expect(await viaOf('approval.override')).toBe('dashboard');
    await dashboard.stageGate.confirm(await gate());
    expect(await viaOf('stageGate.confirm')).toBe('dashboard');
    await session.evaluation.override({ ...(await week('b-2')), grade: 'E', reason: WHY });
    expect(await viaOf('evaluation.override')).toBe('session');
    await dashboard.plan.create(planFor('b-2'));
    expect(await viaOf('plan.create')).toBe('dashboard');
  });

  test('are no tools of assistants, whoever connects one', async () => {
    const answer = await fetch(`${api.url}/mcp`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
    });
    const listed = await answer.text();
    expect(listed).toContain('approval_list');
    for (const [name] of ADVERSE.filter(([one]) => !one.startsWith('oversight')))
      expect(listed).not.toContain(
        `"${name.split(' ')[0]?.replace('stageGate', 'stage_gate').replace('.', '_')}"`,
      );
  });

  test('take a scope that no key gives that does not have it', async () => {
    const { key } = await api.client.apiKey.create({
      name: 'wide',
      roles: ['admin'],
      scopes: ['*', 'act-as'],
    });
    const wide = createClient(resources, { baseUrl: api.url, apiKey: key });
    const made = wide.apiKey.create({ name: 'wider', roles: ['admin'], scopes: ['*', 'decide'] });
    expect((await refusal(made)).code).toBe('FORBIDDEN');
  });
});

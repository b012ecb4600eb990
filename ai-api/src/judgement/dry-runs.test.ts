import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../test/api.ts';
import { databaseKinds, type TestDatabase } from '../../test/databases.ts';
import { evaluate } from '../../test/runs.ts';
import { NOW, trackedCompany } from '../../test/time.ts';
import { pastJudgements } from './index.ts';

const request = {
  builderId: 'b-3',
  date: '2040-11-12',
  hours: 2,
  startsAt: '2040-11-12T16:00:00+01:00',
  category: 'meeting' as const,
  justification: 'Call with the pilot customer about the contract; the tracker was on the other laptop.',
};

const [kind] = databaseKinds();

describe('judgements of dry runs', () => {
  let home: TestDatabase;
  let api: TestApi;

  beforeAll(async () => {
    home = await (kind as NonNullable<typeof kind>).create();
    api = await startApi(home);
    api.context.clock.now = () => new Date(NOW);
    await trackedCompany(api, 4);
    await evaluate(api.client, { week: '2040-W45', dryRun: true });
  });
  afterAll(async () => {
    await api?.stop();
    await home?.remove();
  });

  const firstRule = async (name: string) =>
    (await api.client.rule.list({ kind: name })).items[0]?.key as string;

  test('say that they are', async () => {
    const { items } = await api.client.evaluation.listRuns({ week: '2040-W45' });
    const [run] = items;
    expect(run?.dryRun).toBe(true);
    const { items: results } = await api.client.evaluation.listResults({ runId: run?.runId as string });
    for (const { evaluationId } of results) {
      const evaluation = await api.client.evaluation.get({ evaluationId });
      expect(evaluation.judgement?.dryRun).toBe(true);
    }
    const { judgement } = await api.client.approval.triage(request);
    expect(judgement.dryRun).toBe(true);
  });

  test('are not replayed when a rule changes', async () => {
    for (const name of ['evaluation', 'approval']) {
      const replayed = await api.client.rule.replay({ kind: name, remove: await firstRule(name) });
      expect(replayed).toMatchObject({ judgements: 0, changed: 0 });
    }
  });

  test('are not cases of a calibration', async () => {
    expect(await api.client.calibration.get({ kind: 'approval' })).toMatchObject({ cases: 0 });
  });

  test('are not drawn for review and not counted in quality', async () => {
    expect((await api.client.reviews.list({})).items).toEqual([]);
    expect((await api.client.quality.get({ sample: 'all' })).groups).toEqual([]);
  });

  test('are nothing that a prompt is optimized from', async () => {
    const { tenantId } = await api.client.identity.whoami({});
    const past = await api.context.database.withTenant(tenantId, (transaction) =>
      pastJudgements(transaction, { kind: 'evaluation', limit: 100 }),
    );
    expect(past).toEqual([]);
  });

  test('are no precedents of a later request', async () => {
    const [first, second] = [
      await api.client.approval.triage(request),
      await api.client.approval.triage(request),
    ];
    expect(second.judgement.criteria).toEqual(first.judgement.criteria);
  });

  test('leave those that count alone', async () => {
    await evaluate(api.client, { week: '2040-W45' });
    const replayed = await api.client.rule.replay({
      kind: 'evaluation',
      remove: await firstRule('evaluation'),
    });
    expect(replayed.judgements).toBe(4);
  });
});

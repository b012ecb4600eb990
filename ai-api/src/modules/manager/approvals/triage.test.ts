import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type ModelRecorder, scoreEverything, startModelRecorder } from '../../../../test/model-recorder.ts';
import { staff } from '../../../../test/staff.ts';
import { NOW, trackedCompany } from '../../../../test/time.ts';
import type { Client } from '../../../catalogue/client.ts';

const evidence = () => ['request.justification'];
const WHY = 'The calendar shows that the call did not take place.';

describe.each(businessDatabases())('triage with a model on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let model: ModelRecorder;
  let executive: Client;

  beforeAll(async () => {
    testDatabase = await create();
    model = await startModelRecorder(scoreEverything(95, evidence));
    api = await startApi(testDatabase, { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: model.url });
    api.context.clock.now = () => new Date(NOW);
    await trackedCompany(api, 9);
    executive = await staff(api, 'boss@sample-company.example', ['executive'], 'The Executive');
    await executive.approval.setSettings({ auditShare: 0 });
  });
  afterAll(async () => {
    await api.stop();
    await model.close();
    await testDatabase.remove();
  });

  const ask = (builderId: string, change: object = {}) => ({
    builderId,
    date: '2040-11-12',
    hours: 2,
    startsAt: '2040-11-12T16:00:00+01:00',
    category: 'meeting' as const,
    justification: 'Call with the pilot customer about the contract; the tracker was on the other laptop.',
    ...change,
  });

  /** A request that the engine has looked at. */
  async function triaged(builderId: string, change: object = {}) {
    const { approvalId } = await api.client.approval.submit(ask(builderId, change));
    return vi.waitFor(
      async () => {
        const request = await api.client.approval.get({ approvalId });
        expect(request.state).not.toBe('submitted');
        return request;
      },
      { timeout: 20_000, interval: 50 },
    );
  }

  test('approves what the rules allow and the text supports, and says how sure it is', async () => {
    const request = await triaged('b-3');
    expect(request).toMatchObject({
      state: 'approved',
      engine: 'model',
      payableHours: 2,
      decidedBy: 'engine',
    });
    expect(request.confidence).toBeGreaterThanOrEqual(0.9);
    expect(request.judgement).toMatchObject({
      kind: 'approval',
      outcome: 'approve',
      prompt: { name: 'approval' },
    });
    expect(model.calls.at(-1)?.user).toMatch(/request\.justification: <<\w+ Call with the pilot customer/);
  });

  test('hands back what was tracked whatever the text says, and leaves to people what is large or doubtful', async () => {
    const tracked = await triaged('b-4', { startsAt: '2040-11-12T14:00:00+01:00' });
    expect(tracked).toMatchObject({ state: 'incomplete', confidence: 1, payableHours: 0, decidedAt: null });
    const large = await triaged('b-5', { hours: 5, date: '2040-11-14', startsAt: undefined });
    expect(large.state).toBe('in_review');
    expect(large.reason).toContain('more than the 4');
    model.answerWith(scoreEverything(55, evidence));
    const doubtful = await triaged('b-6');
    expect(doubtful).toMatchObject({ state: 'in_review', payableHours: 0 });
    model.answerWith(() => ({ status: 500 }));
    const down = await triaged('b-7');
    expect(down.state).toBe('in_review');
    expect(down.reason).toContain('What was done has to be read.');
    model.answerWith(scoreEverything(95, evidence));
  });

  test('never passes a limit with two requests that fit alone, however close together', async () => {
    await executive.approval.setSettings({ weeklyCapHours: 15 });
    const given = (startsAt: string) => api.client.approval.submit(ask('b-8', { startsAt }));
    const submitted = await Promise.all([
      given('2040-11-12T16:00:00+01:00'),
      given('2040-11-12T19:00:00+01:00'),
    ]);
    await Promise.all(submitted.map(({ approvalId }) => api.client.approval.triage({ approvalId })));
    const states = await Promise.all(
      submitted.map(async ({ approvalId }) => (await api.client.approval.get({ approvalId })).state),
    );
    expect(states.toSorted()).toEqual(['approved', 'in_review']);
    const { items } = await api.client.approval.payable({ week: '2040-W46' });
    expect(items.find(({ builderId }) => builderId === 'b-8')?.hours).toBe(2);
    await executive.approval.setSettings({ weeklyCapHours: 50 });
  });

  test('is looked at by people afterwards, who confirm or overturn it', async () => {
    await executive.approval.setSettings({ auditShare: 1 });
    const good = await triaged('b-9');
    const bad = await triaged('b-9', { date: '2040-11-13', startsAt: '2040-11-13T16:00:00+01:00' });
    await executive.approval.setSettings({ auditShare: 0 });
    expect([good.audit, bad.audit]).toEqual(['due', 'due']);
    const listed = await executive.approval.list({ audit: 'due' });
    expect(listed.items.map(({ approvalId }) => approvalId)).toEqual([bad.approvalId, good.approvalId]);
    const confirmed = await executive.approval.confirm({
      approvalId: good.approvalId,
      version: good.version,
    });
    expect(confirmed).toMatchObject({ audit: 'confirmed', state: 'approved', engine: 'model' });
    const seen = { approvalId: bad.approvalId, version: bad.version };
    const overturned = await executive.approval.override({ ...seen, decision: 'reject', reason: WHY });
    expect(overturned).toMatchObject({ audit: 'overturned', state: 'rejected', payableHours: 0 });
    const { automatic, auditDue } = await executive.approval.counts({});
    expect([automatic.overturned, auditDue]).toEqual([1, 0]);
  });
});

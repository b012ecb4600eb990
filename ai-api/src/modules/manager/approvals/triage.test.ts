import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import {
  claimOf,
  type ModelRecorder,
  startModelRecorder,
  testify,
  testifyAll,
} from '../../../../test/model-recorder.ts';
import { staff } from '../../../../test/staff.ts';
import { NOW, trackedCompany } from '../../../../test/time.ts';
import type { Client } from '../../../catalogue/client.ts';
import { storedTrace } from '../../../models/tracing/draft.ts';

const WHY = 'The calendar shows that the call did not take place.';

describe.each(businessDatabases())('triage with a model on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let model: ModelRecorder;
  let executive: Client;

  beforeAll(async () => {
    testDatabase = await create();
    model = await startModelRecorder(testifyAll);
    api = await startApi(testDatabase, { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: model.url });
    api.context.clock.now = () => new Date(NOW);
    await trackedCompany(api, 10);
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

  test('approves what the rules allow and a record bears out, and says how sure it is', async () => {
    let readAt = 0;
    model.answerWith((call) => {
      readAt = Date.now();
      return testifyAll(call);
    });
    const request = await triaged('b-3');
    model.answerWith(testifyAll);
    expect(request).toMatchObject({
      state: 'approved',
      engine: 'rules',
      payableHours: 2,
      decidedBy: 'engine',
    });
    expect(request.reason).toContain(
      '“Call with the pilot customer about the contract” (meeting "Pilot customer: call about the contract", 2040-11-12: Recorded on that day.)',
    );
    expect(request.confidence).toBeGreaterThanOrEqual(0.9);
    expect(request.judgement).toMatchObject({
      kind: 'approval',
      outcome: 'approve',
      prompt: { name: 'approval-claims' },
      claims: [
        { kind: 'activity', verdict: 'supported' },
        { kind: 'reason', verdict: 'unknown', words: 'the tracker was on the other laptop.' },
      ],
    });
    const { user } = model.calls.at(-1) ?? { user: '' };
    expect(user).toMatch(/request\.justification:\n<<\w+ Call with the pilot customer/);
    expect(user).not.toContain('Pilot customer: call');
    const { content } = await api.context.database
      .system('the test looks behind the API')
      .selectFrom('models.traces')
      .select('content')
      .where('id', '=', (request.judgementId ?? '').replaceAll('-', ''))
      .executeTakeFirstOrThrow();
    const [rules] = storedTrace.parse(content).parts;
    expect(rules?.name).toBe('rules');
    // Rules work on what the model has found: their span begins after it.
    expect(rules?.startedAt.getTime()).toBeGreaterThanOrEqual(readAt);
  });

  test('hands back what was tracked whatever the text says, and leaves to people what is large or doubtful', async () => {
    const tracked = await triaged('b-4', { startsAt: '2040-11-12T14:00:00+01:00' });
    expect(tracked).toMatchObject({ state: 'incomplete', confidence: 1, payableHours: 0, decidedAt: null });
    const large = await triaged('b-5', { hours: 5, date: '2040-11-14', startsAt: undefined });
    expect(large.state).toBe('in_review');
    expect(large.reason).toContain('more than the 4');
    const doubtful = await triaged('b-6', { justification: 'Wrote the plan; the laptop was in repair.' });
    expect(doubtful).toMatchObject({ state: 'in_review', payableHours: 0 });
    expect(doubtful.judgement?.claims[0]).toMatchObject({
      verdict: 'unknown',
      note: 'No record of this builder names it.',
    });
    model.answerWith(
      testify((text) => [claimOf('activity', text), claimOf('time', 'half an hour', { hours: 0.5 })]),
    );
    const contradicting = await triaged('b-6', {
      date: '2040-11-13',
      startsAt: '2040-11-13T16:00:00+01:00',
      justification: 'Call with the pilot customer about the contract, half an hour.',
    });
    expect(contradicting).toMatchObject({ state: 'in_review', proposal: null });
    expect(contradicting.reason).toContain('“half an hour” (It means 0.5 hours; the form says 2.)');
    model.answerWith(testify(() => [claimOf('meeting', 'Pilot customer: call about the contract')]));
    const invented = await triaged('b-10', { justification: 'Some work of that day.' });
    expect(invented).toMatchObject({ state: 'in_review', judgement: { claims: [] } });
    model.answerWith(() => ({ status: 500 }));
    const down = await triaged('b-7');
    expect(down.state).toBe('in_review');
    expect(down.reason).toContain('What was done has to be read.');
    model.answerWith(testifyAll);
  });

  test('says what a model read where facts change while it reads, and asks it once', async () => {
    const asked = model.calls.length;
    model.answerWith(async (call) => {
      await api.client.people.importTime({
        entries: [
          {
            ...{ entry_id: 'late', builder_id: 'b-1', project_id: null },
            ...{ started_at: '2040-11-13T07:00:00+01:00', ended_at: '2040-11-13T08:00:00+01:00' },
          },
        ],
      });
      return testifyAll(call);
    });
    const request = await triaged('b-1');
    model.answerWith(testifyAll);
    expect(request.judgement).toMatchObject({
      ...{ engine: 'rules', model: expect.stringMatching(/^openai:/), prompt: { name: 'approval-claims' } },
      ...{ tokensIn: 100, tokensOut: 20, claims: [{ verdict: 'supported' }, {}] },
    });
    expect(model.calls).toHaveLength(asked + 1);
    const judgementId = request.judgementId ?? '';
    const { parts } = await executive.explanation.get({ judgementId });
    expect(parts.model).toMatchObject({ prompt: { name: 'approval-claims' }, claims: 2 });
    const calls = await api.context.database
      .system('the test looks behind the API')
      .selectFrom('models.calls')
      .select('id')
      .where('judgement_id', '=', judgementId)
      .execute();
    expect(calls).toHaveLength(1);
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
    expect(confirmed).toMatchObject({ audit: 'confirmed', state: 'approved', engine: 'rules' });
    const seen = { approvalId: bad.approvalId, version: bad.version };
    const overturned = await executive.approval.override({ ...seen, decision: 'reject', reason: WHY });
    expect(overturned).toMatchObject({ audit: 'overturned', state: 'rejected', payableHours: 0 });
    const { automatic, auditDue } = await executive.approval.counts({});
    expect([automatic.overturned, auditDue]).toEqual([1, 0]);
  });
});

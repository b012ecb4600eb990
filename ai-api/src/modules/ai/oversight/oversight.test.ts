import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ADMIN_KEY, startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type ModelRecorder, scoreEverything, startModelRecorder } from '../../../../test/model-recorder.ts';
import { refusal } from '../../../../test/people.ts';
import { staff } from '../../../../test/staff.ts';
import { NOW, trackedCompany } from '../../../../test/time.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';

const WHY = 'Reviewers disagreed with a third of the approvals of last week.';
const evidence = () => ['request.justification'];

describe.each(businessDatabases())('oversight of engines on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let model: ModelRecorder;
  let executive: Client;
  let next = 0;

  const start = async () => {
    api = await startApi(testDatabase, { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: model.url });
    api.context.clock.now = () => new Date(NOW);
  };
  const actingFor = (email: string) =>
    createClient(resources, { baseUrl: api.url, apiKey: ADMIN_KEY, actingFor: email });
  beforeAll(async () => {
    testDatabase = await create();
    model = await startModelRecorder(scoreEverything(95, evidence));
    await start();
    await trackedCompany(api, 12);
    executive = await staff(api, 'boss@sample-company.example', ['executive'], 'The Executive');
    await executive.approval.setSettings({ auditShare: 0, triage: 'manual' });
  });
  afterAll(async () => {
    await api.stop();
    await model.close();
    await testDatabase.remove();
  });

  /** A request that the engine would approve. */
  async function submitted(change: object = {}): Promise<string> {
    next += 1;
    const { approvalId } = await api.client.approval.submit({
      builderId: `b-${next}`,
      date: '2040-11-12',
      hours: 2,
      startsAt: '2040-11-12T16:00:00+01:00',
      category: 'meeting',
      justification: 'Call with the pilot customer about the contract.',
      ...change,
    });
    return approvalId;
  }
  async function triaged(change: object = {}) {
    const approvalId = await submitted(change);
    return api.client.approval.triage({ approvalId });
  }
  const set = (mode: 'on' | 'propose' | 'people', who: Client = executive) =>
    who.oversight.set({ kind: 'approval', mode, reason: WHY });

  test('is on for every kind at first, and says what only people decide', async () => {
    const { items } = await api.client.oversight.list({});
    expect(items.every(({ mode, version }) => mode === 'on' && version === 0)).toBe(true);
    expect(items.find(({ kind }) => kind === 'approval')).toMatchObject({ adverse: ['reject'] });
    expect(items.find(({ kind }) => kind === 'stage-gate')).toMatchObject({ adverse: ['hold'] });
    expect((await triaged()).decision).toBe('approve');
  });

  test('leaves an engine only to propose', async () => {
    expect(await set('propose')).toMatchObject({ mode: 'propose', version: 1, setBy: 'The Executive' });
    const { decision, proposal, approval } = await triaged();
    expect([decision, proposal]).toEqual(['review', 'approve']);
    expect(approval).toMatchObject({ state: 'in_review', payableHours: 0, decidedBy: null });
    const items = [{ approvalId: approval?.approvalId ?? '', version: approval?.version ?? 0 }];
    const { decided } = await executive.approval.bulk({ items, decision: 'confirm' });
    expect(decided).toMatchObject([{ state: 'approved', engine: 'human', payableHours: 2 }]);
  });

  test('or leaves people everything: no proposal, nothing handed back, nothing that a model read', async () => {
    await set('people');
    const { decision, proposal, confidence, judgement } = await triaged();
    expect([decision, proposal, confidence]).toEqual(['review', null, null]);
    expect(judgement.criteria.filter(({ decidedBy }) => decidedBy === 'model')).toEqual([]);
    expect(judgement).toMatchObject({ score: null, outcome: null, proposal: null, needsReview: true });
    const tomorrow = await triaged({ date: '2040-11-15', startsAt: undefined });
    expect([tomorrow.decision, tomorrow.judgement.incomplete]).toEqual(['review', []]);
  });

  test('holds for what had begun before, though its model answers afterwards', async () => {
    await set('on');
    const approvalId = await submitted();
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const before = model.calls.length;
    const waiting = scoreEverything(95, evidence);
    model.answerWith(async (call) => {
      await asked;
      return waiting(call);
    });
    const running = api.client.approval.triage({ approvalId });
    await vi.waitFor(() => expect(model.calls.length).toBe(before + 1));
    await set('propose');
    answer();
    expect(await running).toMatchObject({ decision: 'review', proposal: 'approve' });
    model.answerWith(scoreEverything(95, evidence));
  });

  test('survives a restart, and every change is told, recorded and listed', async () => {
    await set('people');
    await api.stop();
    await start();
    executive = actingFor('boss@sample-company.example');
    expect((await triaged()).decision).toBe('review');
    const { items } = await api.client.oversight.listVersions({ kind: 'approval', limit: 2 });
    expect(items).toMatchObject([
      { mode: 'people', reason: WHY, setBy: 'The Executive' },
      { mode: 'propose', reason: WHY },
    ]);
    const trail = await api.client.audit.list({ subject: 'oversight:approval', limit: 1 });
    expect(trail.items[0]).toMatchObject({ operation: 'oversight.set' });
  });

  test('is tightened by a key alone, as an alarm does, and loosened by a person only', async () => {
    await set('on');
    expect(await set('people', api.client)).toMatchObject({ mode: 'people' });
    expect(await set('propose', api.client)).toMatchObject({ mode: 'people' });
    expect((await refusal(set('on', api.client))).code).toBe('PERSON_REQUIRED');
    const reader = await staff(api, 'reader@sample-company.example', ['reviewer']);
    expect((await refusal(set('people', reader))).code).toBe('FORBIDDEN');
    expect(await set('on')).toMatchObject({ mode: 'on' });
    const unknown = executive.oversight.set({ kind: 'weather', mode: 'people', reason: WHY });
    expect((await refusal(unknown)).code).toBe('NOT_FOUND');
    const floor = executive.oversight.set({ kind: 'approval', gradeFloor: 'C', reason: WHY });
    expect((await refusal(floor)).document?.errors).toMatchObject([{ field: 'gradeFloor' }]);
  });
});

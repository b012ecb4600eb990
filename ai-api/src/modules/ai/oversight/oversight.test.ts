import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ADMIN_KEY, startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { publishedEvents } from '../../../../test/events.ts';
import { type ModelRecorder, startModelRecorder, testifyAll } from '../../../../test/model-recorder.ts';
import { refusal } from '../../../../test/people.ts';
import { staff } from '../../../../test/staff.ts';
import { NOW, trackedCompany } from '../../../../test/time.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';

const WHY = 'Reviewers disagreed with a third of the approvals of last week.';

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
    model = await startModelRecorder(testifyAll);
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
    expect(items.map(({ kind }) => kind)).toEqual(['approval', 'evaluation', 'stage-gate']);
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

  test('gives what two people confirm the reasons of the proposal, also after the first of them', async () => {
    const second = await staff(api, 'second@sample-company.example', ['executive'], 'The Second');
    const { approval, judgement } = await triaged();
    const approvalId = approval?.approvalId ?? '';
    const reasons = judgement.proposal?.reasons ?? [];
    expect(reasons[0]).toBe('Engines only propose for now: approve.');
    await executive.approval.setSettings({ twoPersonHours: 1 });
    const confirm = async (who: Client, version: number) => {
      const { decided } = await who.approval.bulk({ items: [{ approvalId, version }], decision: 'confirm' });
      return decided[0];
    };
    const once = await confirm(executive, approval?.version ?? 0);
    expect(once).toMatchObject({ state: 'awaiting_second' });
    expect(await confirm(second, once?.version ?? 0)).toMatchObject({
      ...{ state: 'approved', decidedBy: 'The Second' },
      reason: reasons.join('\n'),
    });
    await executive.approval.setSettings({ twoPersonHours: 8 });
  });

  test('or leaves people everything: no proposal, nothing handed back, nothing that a model read', async () => {
    await set('people');
    const { decision, proposal, confidence, judgement } = await triaged();
    expect([decision, proposal, confidence]).toEqual(['review', null, null]);
    expect(judgement.claims).toEqual([]);
    expect(judgement.criteria.find(({ id }) => id === 'justification')).toMatchObject({
      verdict: 'insufficient evidence',
      evidence: [],
      rule: null,
    });
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
    model.answerWith(async (call) => {
      await asked;
      return testifyAll(call);
    });
    const running = api.client.approval.triage({ approvalId });
    await vi.waitFor(() => expect(model.calls.length).toBe(before + 1));
    await set('propose');
    answer();
    expect(await running).toMatchObject({ decision: 'review', proposal: 'approve' });
    model.answerWith(testifyAll);
  });

  test('survives a restart, and every change is announced, recorded and listed', async () => {
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
    const change = { kind: 'approval', gradeFloor: null };
    expect(await publishedEvents(api.context.database, 'oversight.changed')).toEqual([
      { ...change, before: 'on', mode: 'propose' },
      { ...change, before: 'propose', mode: 'people' },
      { ...change, before: 'people', mode: 'on' },
      { ...change, before: 'on', mode: 'propose' },
      { ...change, before: 'propose', mode: 'people' },
    ]);
  });

  test('writes no version where nothing changes, and keeps a floor that comes with a mode', async () => {
    const grades = (wanted: object, who: Client = executive) =>
      who.oversight.set({ kind: 'evaluation', reason: WHY, ...wanted });
    const published = () => publishedEvents(api.context.database, 'oversight.changed');
    expect(await grades({ mode: 'people' })).toMatchObject({ mode: 'people', version: 1 });
    const before = await published();
    expect(await grades({ mode: 'people' })).toMatchObject({ mode: 'people', version: 1 });
    expect(await grades({ mode: 'propose' }, api.client)).toMatchObject({ mode: 'people', version: 1 });
    expect(await published()).toEqual(before);
    const floor = { mode: 'propose', gradeFloor: 'B' };
    expect(await grades(floor, api.client)).toMatchObject({ mode: 'people', gradeFloor: 'B', version: 2 });
    expect(await grades({ mode: 'on' })).toMatchObject({ mode: 'on', gradeFloor: 'B', version: 3 });
  });

  test('is tightened by a key alone, as an alarm does, and loosened by a person only', async () => {
    await set('on');
    expect(await set('people', api.client)).toMatchObject({ mode: 'people' });
    expect(await set('propose', api.client)).toMatchObject({ mode: 'people' });
    expect((await refusal(set('on', api.client))).code).toBe('PERSON_REQUIRED');
    const reader = await staff(api, 'reader@sample-company.example', ['reviewer']);
    expect((await refusal(set('people', reader))).code).toBe('FORBIDDEN');
    expect(await set('on')).toMatchObject({ mode: 'on' });
    for (const kind of ['weather', 'commit-link', 'project-evaluation']) {
      const unknown = executive.oversight.set({ kind, mode: 'people', reason: WHY });
      expect((await refusal(unknown)).code).toBe('NOT_FOUND');
    }
    const floor = executive.oversight.set({ kind: 'approval', gradeFloor: 'C', reason: WHY });
    expect((await refusal(floor)).document?.errors).toMatchObject([{ field: 'gradeFloor' }]);
  });
});

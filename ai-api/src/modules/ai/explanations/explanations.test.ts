import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type ModelRecorder, startModelRecorder, testifyAll } from '../../../../test/model-recorder.ts';
import { refusal } from '../../../../test/people.ts';
import { staff } from '../../../../test/staff.ts';
import { NOW, trackedCompany } from '../../../../test/time.ts';
import type { Client } from '../../../catalogue/client.ts';

describe.each(businessDatabases())('the explanation of a judgement on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let model: ModelRecorder;
  let builder: Client;
  let executive: Client;

  beforeAll(async () => {
    testDatabase = await create();
    model = await startModelRecorder(testifyAll);
    api = await startApi(testDatabase, { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: model.url });
    api.context.clock.now = () => new Date(NOW);
    await trackedCompany(api, 6);
    builder = await staff(api, 'b-1@sample-company.example', ['builder'], 'Builder One');
    executive = await staff(api, 'boss@sample-company.example', ['executive'], 'The Executive');
    await executive.approval.setSettings({ triage: 'manual', auditShare: 0 });
  });
  afterAll(async () => {
    await api.stop();
    await model.close();
    await testDatabase.remove();
  });

  async function judged(builderId: string, change: object = {}) {
    const { approvalId } = await api.client.approval.submit({
      builderId,
      date: '2040-11-12',
      hours: 2,
      startsAt: '2040-11-12T16:00:00+01:00',
      category: 'meeting',
      justification: 'Call with the pilot customer about the contract.',
      ...change,
    });
    const { judgement, approval } = await api.client.approval.triage({ approvalId });
    return { approvalId, version: approval?.version ?? 0, judgementId: judgement.judgementId };
  }

  test('says what a model found in the text and what rules made of it, and that nothing better was to be had', async () => {
    const { judgementId } = await judged('b-2');
    const explained = await executive.explanation.get({ judgementId });
    expect(explained).toMatchObject({
      result: 'approve',
      decidedBy: 'rules',
      parts: {
        model: { name: expect.stringMatching(/^openai:/), criteria: 0, share: 0, claims: 1 },
        person: null,
      },
      claims: [{ kind: 'activity', verdict: 'supported', record: expect.stringContaining('Pilot customer') }],
      changes: [],
      search: { isReproduced: true, isComplete: true },
    });
    expect(explained.parts.rules.versions.length).toBeGreaterThan(20);
    expect(explained.elements[0]).toMatchObject({ criterionId: 'justification', speaks: 'for' });
  });

  test('names the smallest change that would have led to something better, by the rules of that time', async () => {
    const request = await judged('b-3', { projectId: 'p-2', hours: 3.5 });
    const explained = await executive.explanation.get({ judgementId: request.judgementId });
    expect(explained).toMatchObject({
      result: 'reject is proposed to a person',
      proposal: { outcome: 'reject' },
      search: { isReproduced: true },
    });
    expect(explained.elements[0]).toMatchObject({ criterionId: 'budget', speaks: 'against' });
    expect(explained.changes[0]?.facts).toEqual([
      { path: 'request.hours', name: 'hours requested', from: 3.5, to: 3 },
    ]);
    expect(explained.changes[0]?.sentence).toMatch(/hours requested: 3 in place of 3.5.*as a model read it/);
    const items = [{ approvalId: request.approvalId, version: request.version }];
    await executive.approval.bulk({ items, decision: 'confirm' });
    const { judgementId } = await executive.approval.get({ approvalId: request.approvalId });
    const byPerson = await executive.explanation.get({ judgementId: judgementId ?? '' });
    expect(byPerson).toMatchObject({
      result: 'reject',
      decidedBy: 'human',
      parts: { person: { name: 'The Executive' } },
      changes: explained.changes,
    });
  });

  test('speaks the language that a person chose for notifications, and English where there is no translation', async () => {
    const { judgementId } = await judged('b-5', { projectId: 'p-2', hours: 3.5 });
    const inLanguage = async (locale: string) => {
      await executive.notificationPreference.setProfile({ locale });
      const { language, result, elements, changes } = await executive.explanation.get({ judgementId });
      return { language, result, title: elements[0]?.title, change: changes[0]?.sentence };
    };
    expect(await inLanguage('de-AT')).toEqual({
      language: 'de',
      result: 'Ablehnung wird einer Person vorgeschlagen',
      title: 'Budget',
      change: expect.stringMatching(/^Mit beantragte Stunden: 3 statt 3,5 .* wäre das Ergebnis gewesen: /),
    });
    expect(await inLanguage('es')).toEqual({
      language: 'es',
      result: 'se propone a una persona: rechazo',
      title: 'Presupuesto',
      change: expect.stringMatching(
        /^Con horas solicitadas: 3 en lugar de 3,5.*, el resultado habría sido: /,
      ),
    });
    expect(await inLanguage('fr')).toMatchObject({ language: 'en', title: 'Budget' });
    await executive.notificationPreference.setProfile({ locale: '' });
  });

  test('gives the sentences of built-in rules in the language of the reader, and says what the company wrote', async () => {
    const { judgementId } = await judged('b-6', { projectId: 'p-2', hours: 3.5 });
    const read = async (locale: string) => {
      await executive.notificationPreference.setProfile({ locale });
      const { elements, proposal } = await executive.explanation.get({ judgementId });
      const of = (id: string) => elements.find(({ criterionId }) => criterionId === id);
      return { budget: of('budget'), reasons: proposal?.reasons };
    };
    const english = 'The project has 3 hours left this month.';
    const german = 'Das Projekt hat in diesem Monat noch 3 Stunden.';
    expect((await read('en')).budget).toMatchObject({ sentence: english, wording: 'product' });
    expect(await read('de-AT')).toMatchObject({
      budget: { sentence: german, wording: 'product' },
      reasons: [`Budget: ${german}`],
    });
    const spanish = 'Al proyecto le quedan 3 horas este mes.';
    expect(await read('es')).toMatchObject({
      budget: { sentence: spanish, wording: 'product' },
      reasons: [`Presupuesto: ${spanish}`],
    });
    // Another company's words, in a version of its own.
    const rules = await executive.rule.list({ kind: 'approval', search: 'budget' });
    const rule = rules.items.find(({ message }) => message.includes('hours left this month'));
    const { key, criterion, priority, when, score, weight, review, version = 0 } = rule ?? expect.fail();
    const message = 'Ask Kim before you book more than {project.remainingHours} hours.';
    await executive.rule.save({
      ...{ kind: 'approval', expectedVersion: version, comment: 'Our own words' },
      rule: { key, criterion, priority, when, score, weight, review, message },
    });
    const later = await judged('b-2', {
      projectId: 'p-2',
      hours: 3.5,
      date: '2040-11-13',
      startsAt: undefined,
    });
    await executive.notificationPreference.setProfile({ locale: 'de' });
    const { elements } = await executive.explanation.get({ judgementId: later.judgementId });
    expect(elements.find(({ criterionId }) => criterionId === 'budget')).toMatchObject({
      title: 'Budget',
      sentence: 'Ask Kim before you book more than 3 hours. (in den eigenen Worten des Unternehmens)',
      wording: 'company',
    });
    await executive.notificationPreference.setProfile({ locale: '' });
  });

  test('is read by the builder whom it concerns, and by no other builder', async () => {
    const own = await judged('b-1', { date: '2040-11-15', startsAt: undefined });
    expect(await builder.explanation.get({ judgementId: own.judgementId })).toMatchObject({
      result: 'handed back to be corrected',
      incomplete: [{ criterionId: 'date' }],
      changes: [{ facts: [{ path: 'request.daysAgo', from: -1, to: 0 }] }],
    });
    const others = await judged('b-4');
    const refused = await refusal(builder.explanation.get({ judgementId: others.judgementId }));
    expect(refused.code).toBe('FORBIDDEN');
    const unknown = builder.explanation.get({ judgementId: '0190a000-0000-7000-8000-000000000000' });
    expect((await refusal(unknown)).code).toBe('NOT_FOUND');
  });
});

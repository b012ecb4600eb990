import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { publishedEvents } from '../../../../test/events.ts';
import { type ModelRecorder, startModelRecorder, testifyAll } from '../../../../test/model-recorder.ts';
import { refusal } from '../../../../test/people.ts';
import { staff } from '../../../../test/staff.ts';
import { NOW, timeRequest, trackedCompany } from '../../../../test/time.ts';
import type { Client } from '../../../catalogue/client.ts';

const kind = 'approval';
const WHY = 'Agreed with the leads of all teams.';
/** Ten cases are enough for it, so that a test can make them one by one. */
const LEVEL = { confidence: 0.8, agreement: 0.6 };

describe.each(businessDatabases())('levels on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let model: ModelRecorder;
  let executive: Client;
  let next = 0;

  beforeAll(async () => {
    testDatabase = await create();
    model = await startModelRecorder(testifyAll);
    api = await startApi(testDatabase, { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: model.url });
    api.context.clock.now = () => new Date(NOW);
    await trackedCompany(api, 60);
    executive = await staff(api, 'boss@sample-company.example', ['executive'], 'The Executive');
    await executive.approval.setSettings({ auditShare: 0, triage: 'manual' });
    // The threshold that comes with the platform grants everything that is asked for here; this one does not.
    const reason = 'Nothing is granted alone until it is measured.';
    await executive.calibration.apply({ kind, yesAt: 0.999, noAt: 0.99, expectedVersion: 0, reason });
  });
  afterAll(async () => {
    await api.stop();
    await model.close();
    await testDatabase.remove();
  });

  /** A request of the next builder, judged by the engine. */
  async function judged(change: object = {}) {
    next += 1;
    const { approvalId } = await api.client.approval.submit(timeRequest(`b-${next + 2}`, change));
    const { decision } = await api.client.approval.triage({ approvalId });
    const { version } = await api.client.approval.get({ approvalId });
    return { approvalId, version, decision };
  }
  const decide = (seen: { approvalId: string; version: number }, change: object = {}) =>
    executive.approval.override({
      ...{ approvalId: seen.approvalId, version: seen.version },
      ...{ decision: 'approve', reason: WHY, ...change },
    });
  const now = () => executive.level.get({ kind });

  test('is not named at first, and shows what a level would come to', async () => {
    const level = await now();
    expect(level).toMatchObject({ state: 'unset', version: 0, decidesNow: false, beside: null });
    expect(level.bare).toEqual({ version: 1, yesAt: 0.999 });
    expect(level.fit).toMatchObject({ confidence: 0.95, agreement: 0.9, score: null, casesNeeded: 61 });
    const tried = await executive.level.get({ kind, ...LEVEL });
    expect(tried.fit).toMatchObject({ ...LEVEL, casesNeeded: 10 });
    expect((await refusal(executive.level.get({ kind: 'evaluation' }))).code).toBe('NOT_FOUND');
  });

  test('has no threshold with too few cases, and cannot be switched on', async () => {
    const level = await executive.level.set({ kind, ...LEVEL, expectedVersion: 0, reason: WHY });
    expect(level).toMatchObject({ state: 'none', version: 1, ...LEVEL, score: null });
    const seen = { kind, expectedVersion: 1, reason: WHY };
    expect((await refusal(executive.level.switchOn(seen))).code).toBe('LEVEL_STATE');
    expect((await refusal(executive.level.switchOff(seen))).code).toBe('LEVEL_STATE');
    const stale = executive.level.set({ kind, ...LEVEL, expectedVersion: 0, reason: WHY });
    expect((await refusal(stale)).code).toBe('CONFLICT');
  });

  test('is found in shadow once enough cases are decided, and decides nothing there', async () => {
    for (let index = 0; index < 11; index++) await decide(await judged());
    // Fewer hours than asked for are no agreement.
    await decide(await judged(), { hours: 1 });
    const level = await executive.level.refit({ kind });
    expect(level).toMatchObject({ state: 'shadow', version: 2, setBy: 'The Executive', decidesNow: false });
    expect(level.fit).toMatchObject({ judged: 12, cases: 12, score: level.score });
    const kept = level.fit.curve.filter((point) => point.kept);
    expect(kept.at(-1)).toMatchObject({ score: level.score, coverage: 1, cases: 12, agreed: 11 });
    expect(kept.at(-1)?.agreementAtLeast).toBeGreaterThan(LEVEL.agreement);
    const undecided = await judged();
    expect(undecided.decision).toBe('review');
    await decide(await judged());
    const { beside } = await now();
    expect(beside).toMatchObject({ judged: 2, wouldGrant: 2, granted: 0, agreed: 1, undecided: 1 });
    const { items } = await executive.level.listCases({ kind, limit: 2 });
    expect(items.map(({ people, granted }) => [people, granted])).toEqual([
      ['agreed', false],
      [null, false],
    ]);
  });

  test('is switched on by a person, and grants alone what the bare threshold does not', async () => {
    const seen = { kind, expectedVersion: 2, reason: WHY };
    expect((await refusal(api.client.level.switchOn(seen))).code).toBe('PERSON_REQUIRED');
    const level = await executive.level.switchOn(seen);
    expect(level).toMatchObject({ state: 'on', version: 3, setBy: 'The Executive', decidesNow: true });
    const granted = await judged();
    expect(granted.decision).toBe('approve');
    const { judgementId } = await executive.approval.get({ approvalId: granted.approvalId });
    const explained = await executive.explanation.get({ judgementId: judgementId ?? '' });
    expect(explained).toMatchObject({ result: 'approve', search: { isReproduced: true } });
    expect((await now()).beside).toMatchObject({ judged: 1, wouldGrant: 1, granted: 1 });
    const { items } = await executive.audit.list({ operationId: 'level.switchOn' });
    expect(items).toHaveLength(1);
    // What contradicts itself is left to people at any level.
    expect((await judged({ hours: 5, date: '2040-11-14', startsAt: undefined })).decision).toBe('review');
  });

  test('goes on in shadow when it is switched off', async () => {
    const off = await executive.level.switchOff({ kind, expectedVersion: 3, reason: WHY });
    expect(off).toMatchObject({ state: 'shadow', version: 4, decidesNow: false });
    expect((await judged()).decision).toBe('review');
    await executive.level.switchOn({ kind, expectedVersion: 4, reason: WHY });
  });

  test('is withdrawn when people overturn what it granted, with a notification', async () => {
    for (let index = 0; index < 4; index++) {
      const seen = await judged();
      expect(seen.decision).toBe('approve');
      await decide(seen, { decision: 'reject' });
    }
    const level = await executive.level.refit({ kind });
    expect(level).toMatchObject({ state: 'withdrawn', version: 6, decidesNow: false });
    expect(level.reason).toBe('Since it was switched on, people changed 4 of 4 grants.');
    expect((await judged()).decision).toBe('review');
    const changes = await publishedEvents(api.context.database, 'level.changed');
    expect(changes.map(({ before, state }) => [before, state])).toEqual([
      [null, 'none'],
      ['none', 'shadow'],
      ['shadow', 'on'],
      ['on', 'shadow'],
      ['shadow', 'on'],
      ['on', 'withdrawn'],
    ]);
    const { items } = await executive.notification.list({ source: `level:${kind}` });
    expect(items).toHaveLength(1);
    // Only cases since then count, and there are too few.
    expect(await executive.level.refit({ kind })).toMatchObject({ state: 'withdrawn', version: 6 });
  });

  test('does not count for judgements by a changed rule, at once, and is withdrawn by the nightly job', async () => {
    for (let index = 0; index < 14; index++) await decide(await judged());
    const shadow = await executive.level.refit({ kind });
    expect(shadow).toMatchObject({ state: 'shadow', version: 7 });
    await executive.level.switchOn({ kind, expectedVersion: 7, reason: WHY });
    expect((await judged()).decision).toBe('approve');
    const { definition, version } = await ruleOf('plausibility-fills-gap');
    await executive.rule.save({
      ...{ kind, rule: { ...definition, message: 'It fills a gap.' } },
      ...{ expectedVersion: version, comment: 'Shorter.' },
    });
    expect((await judged()).decision).toBe('review');
    expect(await now()).toMatchObject({
      ...{ state: 'on', decidesNow: false, changed: ['rule plausibility-fills-gap'] },
    });
    await api.context.levels.refitAll(await tenantId());
    expect(await now()).toMatchObject({ state: 'withdrawn', version: 9, setBy: 'system' });
  });

  async function ruleOf(key: string) {
    const { items } = await executive.rule.list({ kind, search: key });
    const found = items.find((item) => item.key === key);
    if (!found) throw new Error(`There is no rule ${key}`);
    const { criterion, priority, when, score, weight, message, review, version } = found;
    return { definition: { key, criterion, priority, when, score, weight, message, review }, version };
  }
  async function tenantId(): Promise<string> {
    return (await executive.tenant.get({})).tenantId;
  }
});

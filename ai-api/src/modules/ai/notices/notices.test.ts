import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { SAMPLE_WEEK, startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { publishedEvents } from '../../../../test/events.ts';
import { projectRow, refusal } from '../../../../test/people.ts';
import { evaluate, everyItem, smallCompany } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import { timeRequest } from '../../../../test/time.ts';
import type { Client } from '../../../catalogue/client.ts';
import { addWeeks } from '../../../platform/week.ts';

const WHY = 'The company agreed on this with the works council.';
const PAPER = { on: '2026-01-05', how: 'On paper, with the contract' };
const UNINFORMED = 'The builder was not informed of how this is judged, so a person decides.';
const WEEKLY = ['evaluation', 'project-evaluation'];

describe.each(businessDatabases())('notices on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let boss: Client;
  let admin: Client;
  const builders = new Map<string, Client>();

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    boss = await staff(api, 'boss@sample-company.example', ['executive'], 'The boss');
    admin = await staff(api, 'admin@sample-company.example', ['admin'], 'The admin');
    for (const id of ['b-1', 'b-2'])
      builders.set(id, await staff(api, `${id}@sample-company.example`, ['builder'], `Builder ${id}`));
    const gated = { stage: 'validation', stage_history: null, tam_usd: '1000000' };
    await api.client.people.import({
      ...smallCompany(3),
      projects: [projectRow({ project_id: 'p-1', builder_id: 'b-1', ...gated })],
    });
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const client = (builderId: string) => builders.get(builderId) as Client;
  const publish = async (kind: string) => {
    const { digest } = await boss.notice.preview({ kind });
    return boss.notice.publish({ kind, digest });
  };
  const summaryOf = async (kind: string) =>
    (await boss.notice.list({})).items.find((one) => one.kind === kind);
  const linesOf = async (kind: string, heading: string) =>
    (await boss.notice.preview({ kind })).sections.find((one) => one.heading === heading)?.lines ?? [];
  const judge = (week: string) => evaluate(api.client, { week });
  const inboxOf = async (who: Client) => (await who.inbox.list({})).items.map(({ title }) => title);

  test('are generated from what each kind declares', async () => {
    const { items } = await boss.notice.list({});
    expect(items.map(({ kind, version }) => [kind, version])).toEqual([
      ['approval', null],
      ['commit-link', null],
      ['evaluation', null],
      ['project-evaluation', null],
      ['stage-gate', null],
    ]);
    const draft = await boss.notice.preview({ kind: 'approval' });
    expect(draft).toMatchObject({ isCurrent: false, publishedVersion: null });
    expect(draft.content.outcomes).toEqual([
      { name: 'approve', isAdverse: false },
      { name: 'reject', isAdverse: true },
    ]);
    expect(draft.content.facts.every(({ source }) => source !== '')).toBe(true);
    expect(draft.content.facts.find(({ path }) => path === 'request.hours')).toMatchObject({
      isChangeable: true,
      source: 'the request itself',
    });
    expect(await linesOf('approval', 'Results')).toContain(
      'reject: only a person decides it; an engine may propose it.',
    );
    expect(await linesOf('evaluation', 'Who decides')).toContainEqual(expect.stringContaining('48 hours'));
    expect(await linesOf('evaluation', 'Your rights')).toContainEqual(
      expect.stringContaining('10 working days'),
    );
    expect((await linesOf('commit-link', 'Your rights')).join(' ')).not.toContain('contest');
    expect(draft.markdown).toContain('## Who decides');
    expect(draft.inForce.rules.length).toBeGreaterThan(3);
    const { items: texts } = await client('b-1').notice.listMine({});
    expect(texts).toEqual([]);
    const unknown = boss.notice.preview({ kind: 'weather' });
    expect((await refusal(unknown)).code).toBe('NOT_FOUND');
  });

  test('report a run that judges people who were not informed, and judge all the same', async () => {
    const run = await judge(SAMPLE_WEEK);
    expect(run).toMatchObject({ judged: 3, notInformed: 3 });
    expect(await publishedEvents(api.context.database, 'notice.missing')).toEqual([
      { runId: run.runId, week: SAMPLE_WEEK, builders: 3, notInformed: 3 },
    ]);
    expect(await inboxOf(admin)).toEqual(['3 of 3 builders were not informed of how they are judged']);
    expect((await judge(SAMPLE_WEEK)).runId).toBe(run.runId);
    expect((await evaluate(api.client, { dryRun: true })).notInformed).toBeNull();
    expect(await publishedEvents(api.context.database, 'notice.missing')).toHaveLength(1);
  });

  test('are published as they were previewed, once for each content', async () => {
    const { digest } = await boss.notice.preview({ kind: 'evaluation' });
    await api.client.tenant.update({ contestDays: 12 });
    const moved = boss.notice.publish({ kind: 'evaluation', digest });
    expect((await refusal(moved)).code).toBe('CONFLICT');
    const first = await publish('evaluation');
    expect(first).toMatchObject({ version: 1, title: 'Weekly evaluation' });
    expect(await publish('evaluation')).toEqual(first);
    const refused = client('b-1').notice.publish({ kind: 'evaluation', digest });
    expect((await refusal(refused)).code).toBe('FORBIDDEN');
    expect(await summaryOf('evaluation')).toMatchObject({ version: 1, isCurrent: true, notInformed: 3 });
    expect(await publishedEvents(api.context.database, 'notice.published')).toEqual([
      { kind: 'evaluation', version: 1, title: 'Weekly evaluation' },
    ]);
    const trail = await api.client.audit.list({ subject: 'notice:evaluation' });
    expect(trail.items).toMatchObject([{ operation: 'notice.publish' }]);
  });

  test('are acknowledged once by each builder, and by that builder alone', async () => {
    const acknowledge = () => client('b-1').notice.acknowledge({ kind: 'evaluation', version: 1 });
    const { acknowledgedAt, ...own } = await acknowledge();
    expect(own).toMatchObject({ state: 'acknowledged', version: 1, informedOn: null });
    expect(acknowledgedAt).not.toBeNull();
    expect(await acknowledge()).toMatchObject({ acknowledgedAt });
    const trail = await api.client.audit.list({ subject: 'notice:evaluation' });
    expect(trail.items.filter(({ operation }) => operation === 'notice.acknowledge')).toHaveLength(1);
    expect((await client('b-2').notice.listMine({})).items).toMatchObject([
      { kind: 'evaluation', state: 'open', acknowledgedAt: null },
    ]);
    const others = await everyItem((page) =>
      boss.notice.listNotInformed({ kind: 'evaluation', limit: 1, ...page }),
    );
    expect(others.map(({ builderId }) => builderId)).toEqual(['b-2', 'b-3']);
    const early = client('b-2').notice.acknowledge({ kind: 'evaluation', version: 2 });
    expect((await refusal(early)).code).toBe('CONFLICT');
    const unpublished = client('b-2').notice.acknowledge({ kind: 'stage-gate', version: 1 });
    expect((await refusal(unpublished)).code).toBe('NOT_FOUND');
    const byBoss = boss.notice.acknowledge({ kind: 'evaluation', version: 1 });
    expect((await refusal(byBoss)).code).toBe('FORBIDDEN');
  });

  test('are sent once to each person and version who is not informed', async () => {
    expect(await boss.notice.send({ kind: 'evaluation' })).toMatchObject({ sent: 2, sentBefore: 0 });
    expect(await boss.notice.send({ kind: 'evaluation' })).toMatchObject({ sent: 0, sentBefore: 2 });
    expect(await inboxOf(client('b-2'))).toEqual(['How you are judged: Weekly evaluation, version 1']);
    expect(await inboxOf(client('b-1'))).toEqual([]);
    const { items } = await api.client.notification.list({});
    const sent = items.filter(({ template }) => template === 'notice-published');
    expect(sent.map(({ recipient }) => recipient).toSorted()).toHaveLength(2);
  });

  test('say what differs once something that matters to people changes, and are acknowledged anew', async () => {
    await boss.oversight.set({ kind: 'evaluation', gradeFloor: 'C', reason: WHY });
    const draft = await boss.notice.preview({ kind: 'evaluation' });
    expect(draft).toMatchObject({ isCurrent: false, publishedVersion: 1 });
    expect(draft.changes).toEqual([
      { heading: 'Who decides', added: ['A grade below C takes a person.'], removed: [] },
    ]);
    expect(await summaryOf('evaluation')).toMatchObject({ isCurrent: false, acknowledged: 1 });
    expect((await client('b-1').notice.listMine({})).items).toMatchObject([{ state: 'acknowledged' }]);
    expect(await publish('evaluation')).toMatchObject({ version: 2 });
    expect(await client('b-1').notice.listMine({})).toMatchObject({ items: [{ state: 'open' }] });
    const old = client('b-1').notice.acknowledge({ kind: 'evaluation', version: 1 });
    expect((await refusal(old)).code).toBe('CONFLICT');
    const first = await boss.notice.get({ kind: 'evaluation', version: 1 });
    expect(first.markdown).not.toContain('A grade below C');
    const { items } = await boss.notice.listVersions({ kind: 'evaluation' });
    expect(items.map(({ version }) => version)).toEqual([2, 1]);
  });

  test('stay as they are where only a rule changes, which is shown beside', async () => {
    const { items } = await boss.rule.list({ kind: 'evaluation', limit: 1 });
    const key = items[0]?.key ?? '';
    const { version, criterion, priority, when, score, weight, message, review } = await boss.rule.get({
      kind: 'evaluation',
      key,
    });
    const scored = { key, criterion, priority, when, score, weight, review };
    await boss.rule.save({
      ...{ kind: 'evaluation', expectedVersion: version },
      rule: { ...scored, message: `${message} Please.` },
      comment: 'Politer words for the builders',
    });
    const shown = await boss.notice.get({ kind: 'evaluation' });
    expect(shown.inForce.rules).toContainEqual({ key, version: version + 1 });
    expect(shown.publishedWith.rules).toContainEqual({ key, version });
    expect(await summaryOf('evaluation')).toMatchObject({ version: 2, isCurrent: true });
  });

  test('refuse the weekly run, and leave requests to people, where the company wants people informed', async () => {
    await api.client.tenant.update({ requireNotice: true });
    const next = addWeeks(SAMPLE_WEEK, -1);
    const { code, message } = await refusal(judge(next));
    expect(code).toBe('NOTICE_MISSING');
    expect(message).toContain('3 of 3 builders were not informed');
    const { items: runs } = await api.client.evaluation.listRuns({ week: next });
    expect(runs).toEqual([]);
    const today = new Date().toISOString().slice(0, 10);
    const submit = () =>
      api.client.approval.submit(
        timeRequest('b-1', { date: today, startsAt: undefined, category: 'meeting' }),
      );
    const { approvalId } = await submit();
    const request = () => api.client.approval.get({ approvalId });
    await vi.waitFor(async () => expect((await request()).state).not.toBe('submitted'), 20_000);
    expect(await request()).toMatchObject({ state: 'in_review' });
    expect((await request()).judgement?.reviewReasons).toEqual([UNINFORMED]);
    const inline = await api.client.approval.triage(
      timeRequest('b-1', { date: today, startsAt: undefined, category: 'meeting' }),
    );
    expect(inline.judgement?.reviewReasons).toEqual([UNINFORMED]);
    const gate = await api.client.stageGate.evaluate({ projectId: 'p-1' });
    expect(gate).toMatchObject({ decision: 'review', proposal: null });
    expect(gate.judgement.reviewReasons).toEqual([UNINFORMED]);
    await publish('stage-gate');
    await client('b-1').notice.acknowledge({ kind: 'stage-gate', version: 1 });
    const informed = await api.client.stageGate.evaluate({ projectId: 'p-1' });
    expect(informed.proposal).toMatchObject({ outcome: 'hold' });
  });

  test('count people whom the company informed otherwise, and let them acknowledge too', async () => {
    for (const kind of WEEKLY) await publish(kind);
    const record = (kind: string, given: object = {}) =>
      boss.notice.recordInformed({ kind, ...PAPER, ...given });
    const future = await refusal(record('evaluation', { on: '2999-01-01' }));
    expect(future.document?.errors).toMatchObject([{ field: 'on' }]);
    const unknown = record('evaluation', { builderIds: ['b-9'] });
    expect((await refusal(unknown)).code).toBe('NOT_FOUND');
    await client('b-1').notice.acknowledge({ kind: 'evaluation', version: 2 });
    const unseen = record('evaluation', { version: 1 });
    expect((await refusal(unseen)).code).toBe('CONFLICT');
    const one = { version: 2, builderIds: ['b-2'] };
    expect(await record('evaluation', one)).toMatchObject({ recorded: 1 });
    expect(await record('evaluation')).toMatchObject({ version: 2, recorded: 1 });
    expect(await record('evaluation')).toMatchObject({ recorded: 0 });
    expect(await record('project-evaluation')).toMatchObject({ recorded: 3 });
    expect(await client('b-2').notice.listMine({})).toMatchObject({
      items: [
        { kind: 'evaluation', state: 'informed otherwise', informedOn: PAPER.on, informedHow: PAPER.how },
        { kind: 'project-evaluation' },
        { kind: 'stage-gate', state: 'open' },
      ],
    });
    await client('b-2').notice.acknowledge({ kind: 'evaluation', version: 2 });
    expect(await summaryOf('evaluation')).toMatchObject({
      ...{ builders: 3, acknowledged: 2 },
      ...{ informedOtherwise: 1, notInformed: 0 },
    });
    const run = await judge(addWeeks(SAMPLE_WEEK, -1));
    expect(run).toMatchObject({ judged: 3, notInformed: 0 });
    expect(await publishedEvents(api.context.database, 'notice.missing')).toHaveLength(1);
    const trail = await api.client.audit.list({ subject: 'notice:project-evaluation', limit: 1 });
    expect(trail.items[0]).toMatchObject({ operation: 'notice.recordInformed' });
  });
});

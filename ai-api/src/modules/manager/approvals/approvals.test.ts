import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { refusal } from '../../../../test/people.ts';
import { staff } from '../../../../test/staff.ts';
import { timeRequest as ask, NOW, trackedCompany } from '../../../../test/time.ts';
import type { Client } from '../../../catalogue/client.ts';

const WHY = 'I looked at the calendar and the call took place.';
const HOUR_MS = 3_600_000;

describe.each(businessDatabases())('a request for manual time on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let builder: Client;
  let lead: Client;
  let second: Client;
  let executive: Client;
  let reader: Client;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    api.context.clock.now = () => new Date(NOW);
    await trackedCompany(api, 12);
    builder = await staff(api, 'b-1@sample-company.example', ['builder'], 'Builder One');
    lead = await staff(api, 'lead@sample-company.example', ['reviewer'], 'Team Lead');
    second = await staff(api, 'second@sample-company.example', ['reviewer'], 'Second Lead');
    executive = await staff(api, 'boss@sample-company.example', ['executive'], 'The Executive');
    reader = await staff(api, 'reader@sample-company.example', ['readonly'], 'The Reader');
    const members = ['lead@sample-company.example', 'second@sample-company.example'];
    await api.client.approver.createGroup({ name: 'Orchard leads', team: 'Orchard', members });
    await api.client.approver.createGroup({
      name: 'Escalations',
      escalation: true,
      members: ['boss@sample-company.example'],
    });
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  /** A request of the builder that was flagged for people. */
  async function flagged(builderId: string, change: object = {}) {
    const { approvalId } = await api.client.approval.submit(ask(builderId, change));
    return vi.waitFor(
      async () => {
        const request = await api.client.approval.get({ approvalId });
        expect(request.state).toBe('in_review');
        return request;
      },
      { timeout: 20_000, interval: 50 },
    );
  }

  async function eventsAbout(approvalId: string): Promise<string[]> {
    const rows = await api.context.database
      .system('the test looks behind the API')
      .selectFrom('events.outbox')
      .select(['type', 'data'])
      .where('type', 'like', 'approval.%')
      .orderBy('id')
      .execute();
    return rows
      .filter(({ data }) => (data as { approvalId?: string }).approvalId === approvalId)
      .map(({ type }) => type);
  }

  test('goes to the approver group of the team when it takes reading and no model is configured', async () => {
    const request = await flagged('b-1');
    expect(request).toMatchObject({
      state: 'in_review',
      engine: null,
      confidence: null,
      payableHours: 0,
      approverGroup: { name: 'Orchard leads' },
      approvers: ['lead@sample-company.example', 'second@sample-company.example'],
      dueAt: '2040-11-16T12:00:00.000Z',
    });
    expect(request.reason).toContain('What was done has to be read');
    const { items } = await api.client.approval.list({ waiting: true });
    const listed = items.find(({ approvalId }) => approvalId === request.approvalId);
    expect(listed).toMatchObject({ approvers: request.approvers, link: null });
    expect(request.history.map(({ step }) => step)).toEqual(['submitted', 'flagged']);
    expect(await eventsAbout(request.approvalId)).toEqual(['approval.submitted', 'approval.flagged']);
    expect((await builder.approval.list({})).items.map(({ approvalId }) => approvalId)).toContain(
      request.approvalId,
    );
    const again = await api.client.approval.triage({ approvalId: request.approvalId });
    expect(again).toMatchObject({ decision: 'review', approval: { version: request.version } });
  });

  test('is decided by a named person, with other hours where they think so, and is then payable', async () => {
    const { approvalId, version } = await flagged('b-4', {
      date: '2040-11-06',
      startsAt: undefined,
      hours: 2,
    });
    const inbox = await lead.approval.list({ mine: true });
    expect(inbox.items.map((item) => item.approvalId)).toContain(approvalId);
    const before = await lead.approval.counts({});
    const decided = await lead.approval.override({ approvalId, version, decision: 'approve', hours: 1.5 });
    expect(decided).toMatchObject({
      state: 'approved',
      hours: 2,
      payableHours: 1.5,
      engine: 'human',
      decidedBy: 'Team Lead',
    });
    expect((await lead.approval.counts({})).mine).toBe(before.mine - 1);
    const { items } = await api.client.approval.payable({ week: '2040-W45' });
    expect(items).toContainEqual({ builderId: 'b-4', name: 'Builder b-4', hours: 1.5, undecidedHours: 0 });
    const { judgement } = await reader.approval.get({ approvalId });
    expect(judgement).toMatchObject({ engine: 'human', outcome: 'approve', decidedBy: 'Team Lead' });
    expect(judgement?.supersedes).not.toBeNull();
    expect(await eventsAbout(approvalId)).toContain('approval.decided');
  });

  test('is decided by one of two people at once; the other gets an error with the decision', async () => {
    const { approvalId, version } = await flagged('b-5');
    const answers = await Promise.allSettled([
      lead.approval.override({ approvalId, version, decision: 'approve' }),
      second.approval.override({ approvalId, version, decision: 'reject', reason: WHY }),
    ]);
    const won = answers.filter(({ status }) => status === 'fulfilled');
    const lost = answers.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect([won.length, lost.length]).toEqual([1, 1]);
    expect(lost[0]?.reason.code).toBe('CONFLICT');
    expect(lost[0]?.reason.message).toMatch(/It is (approved|rejected) by (Team|Second) Lead/);
  });

  test('is decided neither by its builder, nor by strangers, nor by a key without a person', async () => {
    const { approvalId, version } = await flagged('b-1', { date: '2040-11-13', startsAt: undefined });
    const decide = (who: Client) =>
      refusal(who.approval.override({ approvalId, version, decision: 'approve' }));
    const stranger = await staff(api, 'stranger@sample-company.example', ['reviewer']);
    for (const who of [builder, stranger]) expect((await decide(who)).code).toBe('APPROVAL_NOT_YOURS');
    expect((await decide(api.client)).code).toBe('PERSON_REQUIRED');
    expect((await decide(reader)).code).toBe('FORBIDDEN');
    const asExecutive = await staff(api, 'b-6@sample-company.example', ['executive', 'builder']);
    const own = await flagged('b-6');
    const refused = await refusal(
      asExecutive.approval.override({
        approvalId: own.approvalId,
        version: own.version,
        decision: 'approve',
      }),
    );
    expect(refused.message).toContain('your own request');
  });

  test('needs a reason to be rejected, and can be appealed once, before a different approver', async () => {
    const { approvalId, version } = await flagged('b-1', { date: '2040-11-07', startsAt: undefined });
    const silent = await refusal(lead.approval.override({ approvalId, version, decision: 'reject' }));
    expect(silent.document?.errors?.[0]?.field).toBe('reason');
    const rejected = await lead.approval.override({ approvalId, version, decision: 'reject', reason: WHY });
    expect(rejected).toMatchObject({ state: 'rejected', payableHours: 0, reason: WHY });
    const other = await staff(api, 'b-7@sample-company.example', ['builder']);
    const seen = { approvalId, version: rejected.version };
    expect((await refusal(other.approval.appeal({ ...seen, reason: WHY }))).code).toBe('FORBIDDEN');
    const appealed = await builder.approval.appeal({
      ...seen,
      reason: 'The invitation is attached to the mail.',
    });
    expect(appealed).toMatchObject({ state: 'in_review', appeal: 'The invitation is attached to the mail.' });
    const again = { approvalId, version: appealed.version };
    expect((await refusal(lead.approval.override({ ...again, decision: 'approve' }))).message).toContain(
      'a different approver',
    );
    const approved = await second.approval.override({ ...again, decision: 'approve' });
    expect(approved.state).toBe('approved');
    const turned = await executive.approval.override({
      approvalId,
      version: approved.version,
      decision: 'reject',
      reason: WHY,
    });
    const twice = { approvalId, version: turned.version, reason: WHY };
    expect((await refusal(builder.approval.appeal(twice))).code).toBe('APPROVAL_STATE');
  });

  test('of many hours needs two people', async () => {
    await executive.approval.setSettings({ twoPersonHours: 6 });
    const { approvalId, version } = await flagged('b-8', {
      date: '2040-11-08',
      hours: 7,
      startsAt: undefined,
    });
    const first = await lead.approval.override({ approvalId, version, decision: 'approve' });
    expect(first).toMatchObject({ state: 'awaiting_second', payableHours: 0 });
    const seen = { approvalId, version: first.version, decision: 'approve' as const };
    expect((await refusal(lead.approval.override(seen))).message).toContain('a second person');
    const more = await second.approval.override({ ...seen, hours: 8 });
    expect(more).toMatchObject({ state: 'awaiting_second', payableHours: 0 });
    const agreed = await lead.approval.override({ ...seen, version: more.version });
    expect(agreed).toMatchObject({ state: 'approved', payableHours: 8 });
    await executive.approval.setSettings({ twoPersonHours: 10 });
  });

  test('can be withdrawn before it is decided, and not be approved afterwards', async () => {
    const { approvalId, version } = await flagged('b-1', { date: '2040-11-09', startsAt: undefined });
    const { state, version: newer } = await builder.approval.withdraw({ approvalId, version });
    expect(state).toBe('withdrawn');
    const late = lead.approval.override({ approvalId, version: newer, decision: 'approve' });
    expect((await refusal(late)).code).toBe('APPROVAL_STATE');
    expect((await refusal(builder.approval.withdraw({ approvalId, version: newer }))).code).toBe(
      'APPROVAL_STATE',
    );
  });

  test('may be handed to those above by who would decide it, with a reason and once', async () => {
    const { approvalId, version } = await flagged('b-8');
    const given = { approvalId, version, reason: WHY };
    expect((await refusal(builder.approval.escalate(given))).code).toBe('APPROVAL_NOT_YOURS');
    const escalated = await lead.approval.escalate(given);
    expect(escalated).toMatchObject({ state: 'in_review', escalated: true });
    const { history } = await lead.approval.get({ approvalId });
    expect(history.at(-1)).toMatchObject({ step: 'escalated', by: 'Team Lead', reason: WHY });
    const again = lead.approval.escalate({ ...given, version: escalated.version });
    expect((await refusal(again)).code).toBe('APPROVAL_STATE');
  });

  test('that waits is reminded of, then escalated to those above', async () => {
    const { approvalId, version } = await flagged('b-9');
    const boss = await staff(api, 'above@sample-company.example', ['reviewer'], 'Above');
    const group = (await api.client.approver.listGroups({})).items.find(({ name }) => name === 'Escalations');
    await api.client.approver.updateGroup({
      groupId: group?.groupId as string,
      members: ['above@sample-company.example'],
    });
    const later = async (hours: number) => {
      api.context.clock.now = () => new Date(Date.parse(NOW) + hours * HOUR_MS);
      const { tenantId } = await api.client.identity.whoami({});
      await api.context.approvals.meetDeadlines(tenantId);
      await api.context.approvals.meetDeadlines(tenantId);
    };
    try {
      const early = boss.approval.override({ approvalId, version, decision: 'approve' });
      expect((await refusal(early)).code).toBe('APPROVAL_NOT_YOURS');
      await later(25);
      await later(49);
      expect(await eventsAbout(approvalId)).toEqual([
        'approval.submitted',
        'approval.flagged',
        'approval.reminder',
        'approval.escalated',
      ]);
      const request = await boss.approval.get({ approvalId });
      expect(request).toMatchObject({ escalated: true });
      expect(request.approvers).toContain('above@sample-company.example');
      const decided = await boss.approval.override({
        approvalId,
        version: request.version,
        decision: 'approve',
      });
      expect(decided.state).toBe('approved');
    } finally {
      api.context.clock.now = () => new Date(NOW);
    }
  });

  test('may be decided by the stand-in of a member who is away', async () => {
    const { approvalId, version } = await flagged('b-10');
    const standIn = await staff(api, 'stand-in@sample-company.example', ['reviewer'], 'Stand In');
    const decide = () => standIn.approval.override({ approvalId, version, decision: 'approve' });
    expect((await refusal(decide())).code).toBe('APPROVAL_NOT_YOURS');
    const { delegationId } = await lead.approver.delegate({
      toEmail: 'stand-in@sample-company.example',
      firstDay: '2040-11-14',
      lastDay: '2040-11-16',
    });
    expect((await standIn.approval.list({ mine: true })).items.map((item) => item.approvalId)).toContain(
      approvalId,
    );
    expect((await refusal(second.approver.endDelegation({ delegationId }))).code).toBe('APPROVAL_NOT_YOURS');
    expect((await decide()).state).toBe('approved');
  });

  test('may be decided with others at once, each on its own', async () => {
    const one = await flagged('b-11');
    const two = await flagged('b-12');
    const { decided, refused } = await lead.approval.bulk({
      items: [
        { approvalId: one.approvalId, version: one.version },
        { approvalId: two.approvalId, version: two.version - 1 },
      ],
      decision: 'approve',
    });
    expect(decided.map(({ approvalId, state }) => [approvalId, state])).toEqual([
      [one.approvalId, 'approved'],
    ]);
    expect(refused).toMatchObject([{ approvalId: two.approvalId, code: 'CONFLICT' }]);
  });

  test('for the same time survives once, however many are sent at once', async () => {
    const given = ask('b-7', { date: '2040-11-13', startsAt: '2040-11-13T17:00:00+01:00' });
    const shifted = { ...given, startsAt: '2040-11-13T18:00:00+01:00', category: 'research' as const };
    const answers = await Promise.allSettled(
      [given, shifted, given, shifted, given].map((request) => api.client.approval.submit(request)),
    );
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(answers.length - refused.length).toBe(1);
    expect(refused.map(({ reason }) => reason.code)).toEqual(refused.map(() => 'APPROVAL_OVERLAP'));
  });

  test('keeps its files for those who may see it', async () => {
    const { approvalId } = await api.client.approval.submit(
      ask('b-3', {
        date: '2040-11-10',
        startsAt: undefined,
        attachments: [
          { name: 'notes.txt', contentType: 'text/plain', base64: Buffer.from('Minutes').toString('base64') },
        ],
      }),
    );
    const { attachments } = await vi.waitFor(
      async () => {
        const found = await lead.approval.get({ approvalId });
        expect(found.attachments).toMatchObject([{ name: 'notes.txt', bytes: 7, state: 'ready' }]);
        return found;
      },
      { timeout: 30_000, interval: 50 },
    );
    const path = new URL(attachments[0]?.url as string);
    expect(await (await fetch(`${api.url}${path.pathname}${path.search}`)).text()).toBe('Minutes');
    expect((await refusal(builder.approval.get({ approvalId }))).code).toBe('NOT_FOUND');
  });
});

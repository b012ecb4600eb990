import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { refusal } from '../../../../test/people.ts';
import { staff } from '../../../../test/staff.ts';
import { NOW, trackedCompany } from '../../../../test/time.ts';
import type { Client } from '../../../catalogue/client.ts';

const WHY = 'I looked at the calendar and the call took place.';
const CATEGORIES = ['development', 'research', 'training', 'meeting', 'support'] as const;

describe.each(businessDatabases())('what people may approve on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let lead: Client;
  let second: Client;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    api.context.clock.now = () => new Date(NOW);
    await trackedCompany(api, 8);
    lead = await staff(api, 'lead@sample-company.example', ['executive'], 'Team Lead');
    second = await staff(api, 'second@sample-company.example', ['executive'], 'The Second');
    await lead.approval.setSettings({
      auditShare: 0,
      triage: 'manual',
      twoPersonHours: 20,
      weeklyCapHours: 168,
    });
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const submit = (builderId: string, date: string, hours: number, more: object = {}) =>
    api.client.approval.submit({
      builderId,
      date,
      hours,
      category: 'support',
      justification: 'Call with the pilot customer about the contract; the tracker was on the other laptop.',
      ...more,
    });
  const approve = (
    { approvalId, version }: { approvalId: string; version: number },
    more: object = {},
    who: Client = lead,
  ) => who.approval.override({ approvalId, version, decision: 'approve', ...more });
  const payable = async (builderId: string, week: string) =>
    (await api.client.approval.payable({ week })).items.find((item) => item.builderId === builderId);

  test('a day never has more hours than it has, whoever approves and whatever the reason', async () => {
    const requests = [];
    for (const category of CATEGORIES.slice(0, 3))
      requests.push(await submit('b-1', '2040-11-04', 9, { category }));
    const [one, two, three] = requests as [(typeof requests)[0], (typeof requests)[0], (typeof requests)[0]];
    await approve(one);
    await approve(two);
    expect(await refusal(approve(three, { reason: WHY }))).toMatchObject({ code: 'APPROVAL_IMPOSSIBLE' });
    expect(await payable('b-1', '2040-W44')).toMatchObject({ hours: 18 });
    expect((await approve(three, { hours: 6 })).payableHours).toBe(6);
    expect(await payable('b-1', '2040-W44')).toMatchObject({ hours: 24 });
  });

  test('not by raising hours with two approvers either', async () => {
    const one = await submit('b-2', '2040-11-03', 2, { category: 'meeting' });
    const two = await submit('b-2', '2040-11-03', 2, { category: 'support' });
    const half = await approve(one, { hours: 24 });
    expect(half.state).toBe('awaiting_second');
    expect((await approve(half, { hours: 24 }, second)).payableHours).toBe(24);
    expect((await refusal(approve(two, { hours: 24 }))).code).toBe('APPROVAL_IMPOSSIBLE');
    expect((await refusal(approve(two))).code).toBe('APPROVAL_IMPOSSIBLE');
  });

  test('hours are not raised over a neighbour’s time, and a raised time is taken', async () => {
    const day = '2040-11-03';
    const early = await submit('b-3', day, 2, { startsAt: `${day}T10:00:00Z` });
    const late = await submit('b-3', day, 3, { startsAt: `${day}T14:00:00Z`, category: 'meeting' });
    expect((await refusal(approve(early, { hours: 6 }))).code).toBe('APPROVAL_OVERLAP');
    expect((await approve(early, { hours: 3 })).payableHours).toBe(3);
    const between = { startsAt: `${day}T12:30:00Z`, category: 'research' };
    expect((await refusal(submit('b-3', day, 1, between))).code).toBe('APPROVAL_OVERLAP');
    expect((await approve(late)).state).toBe('approved');
  });

  test('a week over its limit needs a reason, and is shown as such', async () => {
    await lead.approval.setSettings({ weeklyCapHours: 10 });
    const one = await submit('b-4', '2040-11-03', 8);
    await approve(one, { reason: WHY });
    const two = await submit('b-4', '2040-11-02', 8);
    expect(await refusal(approve(two))).toMatchObject({ code: 'INVALID_INPUT' });
    const approved = await approve(two, { reason: WHY });
    expect(approved.reason).toMatch(/over its limit of 10\. I looked/);
    await lead.approval.setSettings({ weeklyCapHours: 168 });
  });

  test('a stand-in’s stand-in may decide, also when they name each other', async () => {
    const days = { firstDay: '2040-11-14', lastDay: '2040-11-16' };
    const third = await staff(api, 'third@sample-company.example', ['reviewer'], 'The Third');
    const fourth = await staff(api, 'fourth@sample-company.example', ['reviewer'], 'The Fourth');
    await lead.approver.createGroup({ name: 'Everyone else', members: ['lead@sample-company.example'] });
    const request = await submit('b-5', '2040-11-03', 2);
    await api.client.approval.triage({ approvalId: request.approvalId });
    const { version, state } = await api.client.approval.get({ approvalId: request.approvalId });
    expect(state).toBe('in_review');
    await lead.approver.delegate({ toEmail: 'third@sample-company.example', ...days });
    const seen = { approvalId: request.approvalId, version };
    expect((await refusal(approve(seen, {}, fourth))).code).toBe('APPROVAL_NOT_YOURS');
    await third.approver.delegate({ toEmail: 'fourth@sample-company.example', ...days });
    await fourth.approver.delegate({ toEmail: 'lead@sample-company.example', ...days });
    const { approvers } = await api.client.approval.get({ approvalId: request.approvalId });
    expect(approvers).toEqual(
      expect.arrayContaining(['third@sample-company.example', 'fourth@sample-company.example']),
    );
    expect((await approve(seen, {}, fourth)).state).toBe('approved');
  });

  test('decisions are not delegated to an address of no one', async () => {
    const days = { firstDay: '2040-11-14', lastDay: '2040-11-16' };
    const refused = await refusal(
      lead.approver.delegate({ toEmail: 'nobody@sample-company.example', ...days }),
    );
    expect(refused.document?.errors).toMatchObject([{ field: 'toEmail' }]);
  });
});

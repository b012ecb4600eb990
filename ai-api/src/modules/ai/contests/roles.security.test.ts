import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { signInTo } from '../../../../test/opened-companies.ts';
import { refusal, weekRow } from '../../../../test/people.ts';
import { evaluate, smallCompany } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';

const REASON = 'The tracker lost two days of that week.';
const WHY = 'I looked at the calendar and at the commits.';
const CALLERS = [
  'builder',
  'other builder',
  'approver',
  'executive',
  'council',
  'other company',
  'stranger',
] as const;
type Caller = (typeof CALLERS)[number];

/** What each caller gets: `ok`, or the code of the refusal. */
type Outcomes = Record<Caller, string>;
const but = (rest: string, given: Partial<Outcomes>): Outcomes =>
  ({ ...Object.fromEntries(CALLERS.map((caller) => [caller, rest])), ...given }) as Outcomes;

const PASSWORD = 'a password of another company';

/** A person who signed in as an administrator of another company of the installation. */
async function adminElsewhere({ url, context: { identity } }: TestApi): Promise<Client> {
  const [tenant, key, email] = [
    'Another company',
    `aim_elsewher_${'e'.repeat(32)}`,
    'root@elsewhere.example',
  ];
  await identity.ensureKey(await identity.ensureTenant(tenant), 'first', key, ['admin'], ['*', 'decide']);
  const first = createClient(resources, { baseUrl: url, apiKey: key });
  await first.user.create({ email, name: 'Their root', roles: ['admin'], password: PASSWORD });
  return signInTo({ url }, { email, password: PASSWORD, tenant });
}

describe.each(businessDatabases())('contest, correction and receipt by who asks, on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let judgementId: string;
  let contestId: string;
  const clients = new Map<Caller, Client>();

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    const person = (name: string, role: Parameters<typeof staff>[2][number]) =>
      staff(api, `${name}@sample-company.example`, [role], name);
    clients.set('builder', await person('b-1', 'builder'));
    clients.set('other builder', await person('b-2', 'builder'));
    clients.set('approver', await person('approver', 'reviewer'));
    clients.set('executive', await person('boss', 'executive'));
    clients.set('council', await person('council', 'council'));
    clients.set('other company', await adminElsewhere(api));
    clients.set('stranger', createClient(resources, { baseUrl: api.url, apiKey: 'aim_00000000_unknown' }));
    const company = smallCompany(2);
    await api.client.people.import({
      ...company,
      metrics: company.metrics.map((row) => ({ ...row, hours_worked: 20 })),
    });
    await api.client.tenant.update({ answerWindowHours: 0 });
    await evaluate(api.client);
    const { items } = await api.client.evaluation.list({ builderId: 'b-1' });
    const { judgement } = await api.client.evaluation.get({ evaluationId: items[0]?.evaluationId ?? '' });
    judgementId = judgement?.judgementId ?? '';
    const contest = clients.get('builder')?.contest.create({
      judgementId,
      reason: REASON,
      facts: [{ path: 'week.hoursWorked', value: 40 }],
    });
    contestId = (await contest)?.contestId ?? '';
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  async function outcomes(ask: (client: Client) => Promise<unknown>): Promise<Outcomes> {
    const all: [Caller, string][] = [];
    for (const [caller, client] of clients) {
      const code = await ask(client).then(
        () => 'ok',
        async () => (await refusal(ask(client))).code ?? '',
      );
      all.push([caller, code]);
    }
    return Object.fromEntries(all) as Outcomes;
  }

  test('the receipt and the explanation are for the person and those who answer for the company', async () => {
    const expected = but('ok', {
      'other builder': 'FORBIDDEN',
      council: 'FORBIDDEN',
      'other company': 'NOT_FOUND',
      stranger: 'UNAUTHENTICATED',
    });
    expect(await outcomes((client) => client.receipt.get({ judgementId }))).toEqual(expected);
    expect(await outcomes((client) => client.explanation.get({ judgementId }))).toEqual(expected);
  });

  test('only the person contests, and no one else withdraws', async () => {
    // The person has contested it already.
    expect(await outcomes((client) => client.contest.create({ judgementId, reason: REASON }))).toEqual(
      but('FORBIDDEN', {
        builder: 'CONTEST_REFUSED',
        'other company': 'NOT_FOUND',
        stranger: 'UNAUTHENTICATED',
      }),
    );
    const { builder: _own, ...others } = await outcomes((client) =>
      client === clients.get('builder')
        ? Promise.resolve()
        : client.contest.withdraw({ contestId, version: 1 }),
    );
    const { builder: _none, ...expected } = but('FORBIDDEN', {
      'other company': 'NOT_FOUND',
      stranger: 'UNAUTHENTICATED',
    });
    expect(others).toEqual(expected);
  });

  test('a contest is read by the person and by those who may decide', async () => {
    expect(await outcomes((client) => client.contest.get({ contestId }))).toEqual(
      but('FORBIDDEN', {
        builder: 'ok',
        'other builder': 'NOT_FOUND',
        executive: 'ok',
        'other company': 'NOT_FOUND',
        stranger: 'UNAUTHENTICATED',
      }),
    );
  });

  test('figures are corrected by those who import them', async () => {
    const metrics = [weekRow({ builder_id: 'b-2', hours_worked: 21 })];
    // Another company has no such builder.
    expect(await outcomes((client) => client.people.import({ metrics, dryRun: true }))).toEqual(
      but('FORBIDDEN', { executive: 'ok', 'other company': 'IMPORT_INVALID', stranger: 'UNAUTHENTICATED' }),
    );
  });

  test('the facts are accepted by an executive alone, and the person then holds another receipt', async () => {
    const decide = (client: Client) =>
      client.contest.decide({
        contestId,
        version: 1,
        decision: 'change',
        facts: [{ path: 'week.hoursWorked', value: 40 }],
        reason: WHY,
      });
    expect(await outcomes(decide)).toEqual(
      but('FORBIDDEN', { executive: 'ok', 'other company': 'NOT_FOUND', stranger: 'UNAUTHENTICATED' }),
    );
    const own = clients.get('builder') as Client;
    const { state, resultId } = await own.contest.get({ contestId });
    expect(state).toBe('changed');
    const after = resultId ?? '';
    expect(after).not.toBe(judgementId);
    expect((await own.receipt.get({ judgementId: after })).receipt).not.toBe(
      (await own.receipt.get({ judgementId })).receipt,
    );
  });
});

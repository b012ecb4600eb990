import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { makeJobsDue, movableClock } from '../../../../test/clock.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type Delivery, type Subscriber, startSubscriber, verified } from '../../../../test/subscriber.ts';
import { createLog } from '../../../platform/log.ts';
import { type DevInbox, startDevInbox } from '../../../platform/mail/dev-inbox.ts';

const HOUR_MS = 3_600_000;

let inbox: DevInbox;
beforeAll(async () => {
  inbox = await startDevInbox({ smtpPort: 0, httpPort: 0, log: createLog('silent') });
});
afterAll(() => inbox.close());

describe.each(businessDatabases())('decisions on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let resumed: Subscriber;
  let answers: number[] = [];
  const clock = movableClock();
  beforeAll(async () => {
    testDatabase = await create();
    resumed = await startSubscriber(() => ({ status: answers.shift() ?? 204 }));
    const env = { SMTP_URL: inbox.smtpUrl, MAIL_FROM: 'Sample <sample@example.com>' };
    api = await startApi(testDatabase, env, { clock });
  });
  afterAll(async () => {
    await api.stop();
    await resumed.close();
    await testDatabase.remove();
  });

  const callbacksOf = (id: string) => resumed.deliveries.filter(({ body }) => body.includes(id)).map(bodyOf);
  const decide = (fields: Record<string, string>) =>
    fetch(`${api.url}/decide`, { method: 'POST', body: new URLSearchParams(fields) });
  const page = async (token: string) => (await fetch(`${api.url}/decide?token=${token}`)).text();

  test('a link asks before it decides, decides once, and the waiting caller is notified', async () => {
    const title = `Pay 40 hours? ${randomUUID()}`;
    answers = [409, 204];
    const asked = await api.client.decision.create({
      title,
      message: 'Ada worked <b>offline</b>.',
      details: { Hours: 40, Week: '2026-W46' },
      approvers: 'boss@example.com, other@example.com',
      callbackUrl: resumed.url,
    });
    const { decisionId } = asked;
    expect(asked).toMatchObject({ created: true, status: 'pending', callback: 'pending' });
    const token = await tokenTo('boss@example.com', title);
    const shown = await page(token);
    for (const text of [title, '&lt;b&gt;offline', 'Hours', '2026-W46', 'You decide as boss@example.com'])
      expect(shown).toContain(text);
    expect((await api.client.decision.get({ decisionId })).status).toBe('pending');

    expect((await decide({ token, choice: 'approved', reason: 'She\0did' })).status).toBe(422);
    const answered = await decide({ token, choice: 'approved', reason: 'She did.' });
    expect(await answered.text()).toContain('Approved by boss@example.com');
    expect(await api.client.decision.get({ decisionId })).toMatchObject({
      status: 'approved',
      reason: 'She did.',
      decidedBy: { via: 'link', name: 'boss@example.com' },
    });
    const again = await decide({ token, choice: 'declined' });
    expect([again.status, await again.text()]).toMatchObject([409, expect.stringContaining('Approved by')]);
    const late = await decide({ token: await tokenTo('other@example.com', title), choice: 'declined' });
    expect(late.status).toBe(409);
    await expect
      .poll(async () => (await api.client.decision.get({ decisionId })).callback, { timeout: 20_000 })
      .toBe('delivered');
    expect(callbacksOf(decisionId)).toEqual(Array(2).fill({ decisionId, status: 'approved' }));
  });

  test('no link is sent to an address on the suppression list; the decision shows why', async () => {
    await api.client.suppression.add({
      channel: 'email',
      address: 'Gone@example.com',
      detail: 'It bounces.',
    });
    const title = `Still there? ${randomUUID()}`;
    const { decisionId } = await api.client.decision.create({
      title,
      approvers: 'gone@example.com, boss@example.com',
    });
    await tokenTo('boss@example.com', title);
    await expect
      .poll(async () => (await api.client.decision.get({ decisionId })).approvers, { timeout: 20_000 })
      .toContainEqual(
        expect.objectContaining({
          email: 'gone@example.com',
          mailError: 'The address is on the suppression list (added); nothing was sent.',
        }),
      );
    expect(inbox.messages({ to: 'gone@example.com' }).length).toBe(0);
  });

  test('a callback is signed with a secret of its decision, which is answered once', async () => {
    const reference = randomUUID();
    const question = { title: 'Signed?', reference, callbackUrl: resumed.url };
    const { decisionId, callbackSecret } = await api.client.decision.create(question);
    const other = await api.client.decision.create({ title: 'Other?', callbackUrl: resumed.url });
    expect(await api.client.decision.create(question)).toMatchObject({ decisionId, callbackSecret: null });
    expect(await api.client.decision.get({ decisionId })).not.toHaveProperty('callbackSecret');
    const rows = await api.context.database
      .system('the test reads what is stored')
      .selectFrom('decisions.requests')
      .selectAll()
      .where('id', '=', decisionId)
      .execute();
    expect(JSON.stringify(rows)).not.toContain(callbackSecret);

    await api.client.decision.decide({ decisionId, choice: 'declined' });
    await expect.poll(() => callbacksOf(decisionId), { timeout: 20_000 }).toHaveLength(1);
    const [call] = resumed.deliveries.filter(({ id }) => id === decisionId) as [Delivery];
    expect(verified(callbackSecret as string, call)).toEqual({ decisionId, status: 'declined' });
    expect(() => verified(other.callbackSecret as string, call)).toThrow();
  });

  test('the API decides, with the reason that is needed, and the trail knows', async () => {
    const { decisionId } = await api.client.decision.create({ title: 'Sure?', reasonRequired: true });
    await expect(api.client.decision.decide({ decisionId, choice: 'declined' })).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('reason: is needed'),
    });
    const made = await api.client.decision.decide({ decisionId, choice: 'declined', reason: 'No.' });
    expect(made).toMatchObject({ status: 'declined', decidedBy: { via: 'api' }, callback: null });
    await expect(
      api.client.decision.decide({ decisionId, choice: 'approved', reason: 'Yes.' }),
    ).rejects.toThrow('The decision is already declined.');
    const { items } = await api.client.audit.list({ subject: `decision:${decisionId}` });
    expect(items.map(({ operation }) => operation)).toEqual(['decision.decide', 'decision.create']);
  });

  test('a decision ends with its time, for links and the API alike', async () => {
    const title = `Quick? ${randomUUID()}`;
    const { decisionId } = await api.client.decision.create({
      title,
      approvers: ['boss@example.com'],
      expiresAt: new Date(Date.now() + HOUR_MS).toISOString(),
      callbackUrl: resumed.url,
    });
    const token = await tokenTo('boss@example.com', title);
    await makeJobsDue(api, 'decision.expire');
    expect(await page(token)).toContain('Your decision is needed');
    clock.setAhead(HOUR_MS);
    expect(await page(token)).toContain('The deadline has passed');
    await expect(api.client.decision.decide({ decisionId, choice: 'approved' })).rejects.toThrow(
      'The deadline has passed',
    );
    await makeJobsDue(api, 'decision.expire');
    await expect
      .poll(async () => (await api.client.decision.get({ decisionId })).status, { timeout: 30_000 })
      .toBe('expired');
    expect(await page(token)).toContain('The deadline has passed');
    expect((await decide({ token, choice: 'approved' })).status).toBe(409);
    await expect
      .poll(() => callbacksOf(decisionId), { timeout: 20_000 })
      .toEqual([{ decisionId, status: 'expired' }]);
    clock.setAhead(0);
  });

  test('the same reference asks once', async () => {
    const reference = randomUUID();
    const first = await api.client.decision.create({ title: 'Once?', reference });
    const second = await api.client.decision.create({ title: 'Twice?', reference });
    expect(second).toMatchObject({ decisionId: first.decisionId, title: 'Once?', created: false });
  });

  test('a reminder sends further links, and asks others too', async () => {
    const title = `Still? ${randomUUID()}`;
    const { decisionId } = await api.client.decision.create({ title, approvers: ['slow@example.com'] });
    const first = await tokenTo('slow@example.com', title);
    await api.client.decision.remind({ decisionId, approvers: ['Manager@example.com', 'SLOW@example.com'] });
    const mails = async () =>
      (await api.client.decision.get({ decisionId })).approvers.map(({ email, mails }) => [email, mails]);
    await expect.poll(mails, { timeout: 20_000 }).toEqual([
      ['slow@example.com', 2],
      ['Manager@example.com', 1],
    ]);
    expect(await page(first)).toContain(title);
    const { items } = await api.client.decision.list({ approver: 'manager@EXAMPLE.com', status: 'pending' });
    expect(items.map((item) => item.decisionId)).toEqual([decisionId]);
  });

  test('a cancelled decision cannot be made', async () => {
    const { decisionId } = await api.client.decision.create({ title: 'Never mind' });
    await api.client.decision.cancel({ decisionId, reason: 'Asked by mistake' });
    await expect(api.client.decision.decide({ decisionId, choice: 'approved' })).rejects.toMatchObject({
      status: 409,
    });
  });

  test.each([
    ['a title of two lines', { title: 'a\nb' }, 'title: must not have control characters'],
    ['no address', { title: 'x', approvers: 'boss' }, 'must be e-mail addresses'],
    [
      'a time that is over',
      { title: 'x', expiresAt: '2020-01-01T00:00:00Z' },
      'expiresAt: must be in the future',
    ],
    [
      'a callback inside the network',
      { title: 'x', callbackUrl: 'http://10.1.2.3/x' },
      'not on the public internet',
    ],
  ])('refuses %s', async (_, input, message) => {
    await expect(api.client.decision.create(input)).rejects.toThrow(message);
  });

  test.each(['', 'x', 'A'.repeat(43)])('a link that was never sent, %j, reveals nothing', async (token) => {
    expect((await fetch(`${api.url}/decide?token=${token}`)).status).toBe(404);
    expect((await decide({ token, choice: 'approved' })).status).toBe(404);
  });
});

function bodyOf({ body }: Delivery): unknown {
  return JSON.parse(body);
}

/** The token of the link in the mail to this person. */
async function tokenTo(to: string, subject: string): Promise<string> {
  let token: string | undefined;
  await expect
    .poll(
      async () => {
        const id = inbox.messages({ to, subject })[0]?.id;
        const mail = id ? await (await fetch(`${inbox.url}/api/messages/${id}`)).json() : null;
        token = /decide\?token=([\w-]{43})/.exec((mail as { text: string } | null)?.text ?? '')?.[1];
        return token !== undefined;
      },
      { timeout: 20_000 },
    )
    .toBe(true);
  return token as string;
}

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { createBrowser } from '../../../../test/browser.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type DnsRecorder, startDns } from '../../../../test/dns-recorder.ts';
import { type OidcServer, startOidc } from '../../../../test/oidc.ts';
import {
  FOUNDERS_PASSWORD,
  mailedToken,
  openByLink,
  openCompany,
  openingLink,
  signInTo,
} from '../../../../test/opened-companies.ts';
import { refusal } from '../../../../test/people.ts';
import { freePort } from '../../../../test/ports.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';
import { createLog } from '../../../platform/log.ts';
import { type DevInbox, startDevInbox } from '../../../platform/mail/dev-inbox.ts';

describe.each(businessDatabases())('companies that strangers open, on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let inbox: DevInbox;
  let dns: DnsRecorder;
  let oidc: OidcServer;
  let anyone: Client;
  let mallory: Client;

  beforeAll(async () => {
    testDatabase = await create();
    inbox = await startDevInbox({ smtpPort: 0, httpPort: 0, log: createLog('silent') });
    dns = await startDns();
    const port = await freePort();
    const publicUrl = `http://127.0.0.1:${port}`;
    oidc = await startOidc([`${publicUrl}/auth/anywhere/callback`, `${publicUrl}/auth/staff/callback`]);
    const client = { issuer: oidc.issuer, clientId: oidc.clientId, clientSecret: oidc.clientSecret };
    api = await startApi(testDatabase, {
      PORT: String(port),
      PUBLIC_URL: publicUrl,
      SMTP_URL: inbox.smtpUrl,
      DNS_SERVERS: dns.address,
      SIGN_UP: 'on',
      SIGN_IN_PROVIDERS: JSON.stringify([
        { id: 'anywhere', kind: 'oidc', label: 'Anywhere', ...client },
        {
          id: 'staff',
          kind: 'oidc',
          label: 'Staff',
          ...client,
          domains: ['corp.example'],
          defaultRoles: ['ops'],
        },
      ]),
    });
    anyone = createClient(resources, { baseUrl: api.url, apiKey: '' });
    mallory = await openCompany(api, inbox, { email: at('mallory'), company: 'Mallory & sons' });
  });
  afterAll(async () => {
    await api?.stop();
    await Promise.all([inbox?.close(), oidc?.stop(), dns?.close()]);
    await testDatabase?.remove();
  });

  const at = (name: string, domain = 'nowhere.example') => `${name}-${randomUUID().slice(0, 8)}@${domain}`;
  const companyOf = async (client: Client) => (await client.identity.whoami({})).tenant;
  const mails = (to: string) => inbox.messages({ to });

  async function arrive(provider: string, email: string, query = '') {
    oidc.person = { sub: email, email, email_verified: true, name: email };
    const browser = createBrowser();
    const { response } = await browser.visit(`${api.url}/auth/${provider}/start?${query}`, (url) =>
      url.endsWith('/docs'),
    );
    if (response.status >= 400) return (await response.json()) as Record<string, unknown>;
    return (await (await browser.send(`${api.url}/whoami`)).json()) as Record<string, unknown>;
  }
  const add = (to: Client, email: string, password?: string) =>
    to.user.create({ email, name: 'Added', roles: ['ops'], ...(password === undefined ? {} : { password }) });

  test('capture no one who opens a company at a provider', async () => {
    const email = at('open');
    await add(mallory, email);
    expect(await arrive('anywhere', email, `open=${encodeURIComponent('Opened for real')}`)).toMatchObject({
      tenant: 'Opened for real',
      roles: ['admin'],
    });
    expect(await arrive('anywhere', email)).toMatchObject({ tenant: 'Opened for real' });
  });

  test('capture no one whom the installation admits, and only who names them signs in there', async () => {
    const hired = at('hired', 'corp.example');
    await add(mallory, hired);
    expect(await arrive('staff', hired)).toMatchObject({ tenant: 'default', roles: ['ops'] });
    const guest = at('guest');
    await add(mallory, guest);
    expect(await arrive('anywhere', guest)).toMatchObject({ code: 'SIGN_IN_REFUSED' });
    const named = `company=${encodeURIComponent('Mallory & sons')}`;
    expect(await arrive('anywhere', guest, named)).toMatchObject({ tenant: 'Mallory & sons' });
  });

  test('have an address confirmed that a provider verified, by the clock of the installation', async () => {
    const guest = at('confirmed');
    const { userId } = await add(mallory, guest);
    const tomorrow = new Date(Date.now() + 86_400_000);
    const { now } = api.context.clock;
    onTestFinished(() => void Object.assign(api.context.clock, { now }));
    api.context.clock.now = () => tomorrow;
    const named = `company=${encodeURIComponent('Mallory & sons')}`;
    expect(await arrive('anywhere', guest, named)).toMatchObject({ tenant: 'Mallory & sons' });
    const user = await api.context.database
      .system('the test reads what no operation shows')
      .selectFrom('identity.users')
      .select('email_confirmed_at')
      .where('id', '=', userId)
      .executeTakeFirstOrThrow();
    expect(user.email_confirmed_at).toEqual(tomorrow);
  });

  test('keep a person out of nothing by five accounts, and no reset leads into them', async () => {
    const victim = at('victim');
    const attackers = [mallory];
    for (const n of [2, 3, 4, 5])
      attackers.push(await openCompany(api, inbox, { email: at(`m${n}`), company: `Mallory ${n}` }));
    for (const attacker of attackers) await add(attacker, victim, FOUNDERS_PASSWORD);
    await openCompany(api, inbox, { email: victim, company: 'Of the victim' });
    const signedIn = await signInTo(api, { email: victim, password: FOUNDERS_PASSWORD });
    expect(await companyOf(signedIn)).toBe('Of the victim');

    await anyone.account.forgotPassword({ email: victim });
    const token = await mailedToken(inbox, victim, 2);
    const password = 'another password of the victim';
    await anyone.auth.acceptInvitation({ token, password, use: 'tokens' });
    expect(await companyOf(await signInTo(api, { email: victim, password }))).toBe('Of the victim');
    expect(mails(victim)).toHaveLength(2);
    const there = signInTo(api, { email: victim, password, tenant: 'Mallory & sons' });
    expect(await refusal(there)).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('an account counts once its person has set the password by e-mail; a token of an administrator proves nothing', async () => {
    const email = at('colleague');
    const { invitation, userId } = await add(mallory, email);
    const password = 'a password that two people know';
    await anyone.auth.acceptInvitation({ token: invitation?.token ?? '', password, use: 'tokens' });
    expect(await refusal(signInTo(api, { email, password }))).toMatchObject({ code: 'UNAUTHENTICATED' });
    await mallory.invitation.resend({ userId });
    const own = 'a password of the colleague';
    await anyone.auth.acceptInvitation({
      token: await mailedToken(inbox, email),
      password: own,
      use: 'tokens',
    });
    expect(await companyOf(await signInTo(api, { email, password: own }))).toBe('Mallory & sons');
  });

  test('founders sign in by password when another company verifies their domain later', async () => {
    const founder = at('founder', 'later.example');
    await openCompany(api, inbox, { email: founder, company: 'Founded before' });
    const { record } = await mallory.domain.add({ domain: 'later.example' });
    dns.records.set(record.name, [record.value]);
    await mallory.domain.verify({ domain: 'later.example' });
    const signedIn = await signInTo(api, { email: founder, password: FOUNDERS_PASSWORD });
    expect(await companyOf(signedIn)).toBe('Founded before');
  });

  test('one address opens one company, also by a link and at a provider at once', async () => {
    const email = at('both');
    const token = await openingLink(api, inbox, email);
    await Promise.all([
      openByLink(api, token, 'By the link'),
      arrive('anywhere', email, `open=${encodeURIComponent('At the provider')}`),
    ]);
    const { findTenantByName } = api.context.identity;
    const made = [await findTenantByName('By the link'), await findTenantByName('At the provider')];
    expect(made.filter((one) => one !== undefined)).toHaveLength(1);
  });
});

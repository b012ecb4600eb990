import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { createBrowser } from '../../../../test/browser.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type DnsRecorder, startDns } from '../../../../test/dns-recorder.ts';
import { type OidcServer, startOidc } from '../../../../test/oidc.ts';
import { refusal } from '../../../../test/people.ts';
import { freePort } from '../../../../test/ports.ts';
import { staff } from '../../../../test/staff.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';
import { createLog } from '../../../platform/log.ts';
import { type DevInbox, startDevInbox } from '../../../platform/mail/dev-inbox.ts';

const PASSWORD = 'a password of the tests';

describe.each(businessDatabases())('invitations and domains on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let inbox: DevInbox;
  let dns: DnsRecorder;
  let oidc: OidcServer;
  /** An administrator of another company of the installation. */
  let globex: Client;

  beforeAll(async () => {
    testDatabase = await create();
    inbox = await startDevInbox({ smtpPort: 0, httpPort: 0, log: createLog('silent') });
    dns = await startDns();
    const port = await freePort();
    const publicUrl = `http://127.0.0.1:${port}`;
    oidc = await startOidc([`${publicUrl}/auth/company/callback`, `${publicUrl}/auth/mapped/callback`]);
    api = await startApi(testDatabase, {
      PORT: String(port),
      PUBLIC_URL: publicUrl,
      SMTP_URL: inbox.smtpUrl,
      MAIL_FROM: 'Sample <sample@example.com>',
      DASHBOARDS_URL: 'https://dashboards.example.com',
      DNS_SERVERS: dns.address,
      RATE_LIMITS: 'on',
      SIGN_IN_PROVIDERS: JSON.stringify([
        {
          id: 'company',
          kind: 'oidc',
          label: 'Our company',
          issuer: oidc.issuer,
          clientId: oidc.clientId,
          clientSecret: oidc.clientSecret,
        },
        {
          id: 'mapped',
          kind: 'oidc',
          label: 'Our directory',
          issuer: oidc.issuer,
          clientId: oidc.clientId,
          clientSecret: oidc.clientSecret,
          rolesClaim: 'groups',
          roles: { managers: 'executive' },
          trustEmail: true,
        },
      ]),
    });
  });
  afterAll(async () => {
    await api?.stop();
    await Promise.all([inbox?.close(), dns?.close(), oidc?.stop()]);
    await testDatabase?.remove();
  });

  const at = (name: string, domain = 'sample-company.example') =>
    `${name}-${randomUUID().slice(0, 8)}@${domain}`;

  /** The newest mail to an address, once there are `count`. */
  async function mailTo(to: string, count = 1): Promise<{ subject: string; text: string; token: string }> {
    await expect.poll(() => inbox.messages({ to }).length, { timeout: 30_000 }).toBe(count);
    const { id = '' } = inbox.messages({ to })[0] ?? {};
    const mail = (await (await fetch(`${inbox.url}/api/messages/${id}`)).json()) as {
      subject: string;
      text: string;
    };
    return { ...mail, token: /invitation\?token=([\w-]{43})/.exec(mail.text)?.[1] ?? '' };
  }

  const open = async (token: string) => {
    const response = await fetch(`${api.url}/invitation?token=${token}`);
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  const submit = async (fields: Record<string, string>, headers: Record<string, string> = {}) => {
    const body = new URLSearchParams(fields);
    const response = await fetch(`${api.url}/invitation`, { method: 'POST', body, headers });
    return { status: response.status, text: await response.text() };
  };
  const login = (email: string, password = PASSWORD) => api.client.account.login({ email, password });

  test('an invited person gets a link, sets a password once, and may sign in', async () => {
    const email = at('ada');
    const user = await api.client.invitation.send({ email, name: 'Ada <b>', roles: ['executive'] });
    expect(user).toMatchObject({ status: 'invited', roles: ['executive'] });
    expect(JSON.stringify(user)).not.toMatch(/[\w-]{43}/);
    const { subject, text, token } = await mailTo(email);
    expect(subject).toBe('default invites you to AI Manager');
    expect(text).toContain(`${api.url}/invitation?token=`);
    const { userId } = user;
    await expect
      .poll(async () => (await api.client.user.get({ userId })).invitationSentAt, { timeout: 20_000 })
      .not.toBeNull();

    const shown = await open(token);
    expect(shown.status).toBe(200);
    expect(shown.text).toContain(email);
    expect(shown.text).toContain('Sign in with Our company instead');
    expect(shown.headers.get('cache-control')).toBe('no-store');
    expect((await open(token)).status).toBe(200);

    const form = { token, password: PASSWORD, repeated: PASSWORD };
    for (const [fields, fault] of [
      [{ ...form, repeated: 'another one' }, 'is not the same in both fields'],
      [{ ...form, password: 'short', repeated: 'short' }, 'must be at least 12 characters'],
      [{ ...form, password: 'password1234', repeated: 'password1234' }, 'is too common'],
    ] as const) {
      const refused = await submit(fields);
      expect(refused.status).toBe(422);
      expect(refused.text).toContain(fault);
    }
    expect((await submit(form, { origin: 'https://evil.example' })).status).toBe(403);
    const done = await submit(form, { origin: api.url, 'sec-fetch-site': 'same-origin' });
    expect(done.status).toBe(200);
    expect(done.text).toContain('href="https://dashboards.example.com"');
    expect((await login(email)).tokens?.tokenType).toBe('Bearer');
    for (const again of [await submit(form), await open(token), await open('nonsense')]) {
      expect(again.status).toBe(404);
      expect(again.text).toContain('This link does not work');
    }
    expect(await api.client.user.get({ userId })).toMatchObject({ status: 'active', invitedUntil: null });
  });

  test('a new link ends the one before; a forgotten password is set by one', async () => {
    const email = at('ben');
    const { userId } = await api.client.invitation.send({ email, name: 'Ben', roles: ['ops'] });
    const first = await mailTo(email);
    await api.client.invitation.resend({ userId });
    const second = await mailTo(email, 2);
    expect((await open(first.token)).status).toBe(404);
    await submit({ token: second.token, password: PASSWORD, repeated: PASSWORD });
    await api.client.invitation.resend({ userId });
    const forgotten = await mailTo(email, 3);
    expect(forgotten.subject).toBe('Set a new password for AI Manager');
    expect((await login(email)).user.email).toBe(email);
    const next = 'the next password of the tests';
    await submit({ token: forgotten.token, password: next, repeated: next });
    expect((await login(email, next)).user.email).toBe(email);
    expect(await refusal(login(email))).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('callers without the role cannot invite, and why no mail went is shown', async () => {
    const executive = await staff(api, at('cleo'), ['executive']);
    const invite = { email: at('dan'), name: 'Dan', roles: ['admin' as const] };
    expect(await refusal(executive.invitation.send(invite))).toMatchObject({ code: 'FORBIDDEN' });
    await api.client.invitation.send(invite);
    expect(await refusal(api.client.invitation.send(invite))).toMatchObject({ code: 'CONFLICT' });
    const gone = at('gone');
    await api.client.suppression.add({ channel: 'email', address: gone, detail: 'It bounced' });
    const { userId } = await api.client.invitation.send({ email: gone, name: 'Gone', roles: ['ops'] });
    await expect
      .poll(async () => (await api.client.user.get({ userId })).invitationError, { timeout: 20_000 })
      .toContain('on the suppression list');
    await api.client.user.update({ userId, status: 'disabled' });
    expect(await refusal(api.client.invitation.resend({ userId }))).toMatchObject({ code: 'CONFLICT' });
    const unknown = api.client.invitation.resend({ userId: randomUUID() });
    expect(await refusal(unknown)).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('one company accepts the confirmation of its administrator; where there are several, the DNS has to say it', async () => {
    await api.client.domain.add({ domain: 'word.example' });
    const word = { domain: 'word.example', by: 'administrator' as const };
    expect(await api.client.domain.verify(word)).toMatchObject({ verifiedBy: 'administrator' });
    const key = `aim_globex00_${'g'.repeat(40)}`;
    const { identity } = api.context;
    await identity.ensureKey(
      await identity.ensureTenant('globex', 'enterprise'),
      'theirs',
      key,
      ['admin'],
      ['*', 'decide'],
    );
    globex = createClient(resources, { baseUrl: api.url, apiKey: key });

    const domain = 'dns.example';
    const { record } = await api.client.domain.add({ domain: 'DNS.example', roles: ['builder'] });
    expect(record.name).toBe('_ai-manager.dns.example');
    const byWord = api.client.domain.verify({ domain, by: 'administrator' });
    expect(await refusal(byWord)).toMatchObject({ code: 'DOMAIN_NOT_VERIFIED' });
    expect(await refusal(api.client.domain.verify({ domain }))).toMatchObject({
      code: 'DOMAIN_NOT_VERIFIED',
      message: expect.stringContaining(record.value),
    });
    dns.isSilent = true;
    expect(await refusal(api.client.domain.verify({ domain }))).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
    dns.isSilent = false;
    const theirs = await globex.domain.add({ domain });
    dns.records.set(record.name, ['something else', record.value]);
    expect(await refusal(globex.domain.verify({ domain }))).toMatchObject({ code: 'DOMAIN_NOT_VERIFIED' });
    expect(await api.client.domain.verify({ domain })).toMatchObject({ verifiedBy: 'dns' });
    dns.records.set(record.name, [record.value, theirs.record.value]);
    expect(await refusal(globex.domain.verify({ domain }))).toMatchObject({ code: 'CONFLICT' });
    expect(dns.queries).toContain('_ai-manager.dns.example');
  });

  test.each(['gmail.com', 'localhost', 'a b.example', '-a.example', 'example', '1.2.3.4'])(
    'no company has the domain %s',
    async (domain) => {
      expect(await refusal(api.client.domain.add({ domain }))).toMatchObject({ code: 'INVALID_INPUT' });
    },
  );

  test('a domain gives no role of an administrator', async () => {
    const add = api.client.domain.add({ domain: 'admins.example', roles: ['admin' as 'ops'] });
    expect(await refusal(add)).toMatchObject({ code: 'INVALID_INPUT' });
  });

  async function signIn(person: OidcServer['person'], query = '', provider = 'company') {
    oidc.person = person;
    const browser = createBrowser();
    const { response } = await browser.visit(
      `${api.url}/auth/${provider}/start?returnTo=/invitation/done${query}`,
      (url) => url.endsWith('/invitation/done'),
    );
    if (response.status >= 400) return (await response.json()) as Record<string, unknown>;
    const session = await browser.send(`${api.url}/whoami`);
    return (await session.json()) as Record<string, unknown>;
  }

  test('people who sign in with an address of a verified domain join that company with its roles, and no one else does', async () => {
    const email = at('eve', 'dns.example');
    const verified = { email, email_verified: true, name: 'Eve' };
    const joined = await signIn({ sub: 'eve', ...verified });
    expect(joined).toMatchObject({ tenant: 'default', roles: ['builder'], user: { email } });
    const unverified = { ...verified, email: at('mallory', 'dns.example'), email_verified: false };
    expect(await signIn({ sub: 'mallory', ...unverified })).toMatchObject({ code: 'SIGN_IN_REFUSED' });
    const stranger = { ...verified, email: at('stranger', 'other.example') };
    expect(await signIn({ sub: 'stranger', ...stranger })).toMatchObject({ code: 'SIGN_IN_REFUSED' });
    await api.client.domain.remove({ domain: 'dns.example' });
    const late = { ...verified, email: at('late', 'dns.example') };
    expect(await signIn({ sub: 'late', ...late })).toMatchObject({ code: 'SIGN_IN_REFUSED' });
    expect(await signIn({ sub: 'eve', ...verified })).toMatchObject({ tenant: 'default' });
  });

  test('the domain decides the company before an invitation of another; one that is chosen decides before it', async () => {
    const { record } = await globex.domain.add({ domain: 'globex.example', roles: ['ops'] });
    dns.records.set(record.name, [record.value]);
    await globex.domain.verify({ domain: 'globex.example' });
    const email = at('fay', 'globex.example');
    await api.client.invitation.send({ email, name: 'Fay', roles: ['reviewer'] });
    const person = { sub: 'fay', email, email_verified: true, name: 'Fay' };
    expect(await signIn(person, '&company=default')).toMatchObject({
      tenant: 'default',
      roles: ['reviewer'],
    });
    const other = { sub: 'gil', email: at('gil', 'globex.example'), email_verified: true, name: 'Gil' };
    await api.client.invitation.send({ email: other.email, name: 'Gil', roles: ['reviewer'] });
    expect(await signIn(other)).toMatchObject({ tenant: 'globex', roles: ['ops'] });
    expect(await signIn(other)).toMatchObject({ tenant: 'globex' });
    expect(
      await signIn({ ...other, sub: 'hal', email: at('hal', 'x.example') }, '&company=globex'),
    ).toMatchObject({
      code: 'SIGN_IN_REFUSED',
    });
  });

  test("what the first company's provider says of roles and unverified addresses counts in that company only", async () => {
    const boss = { sub: 'boss', email: at('boss'), email_verified: true, groups: ['managers'], name: 'Boss' };
    const refused = { code: 'SIGN_IN_REFUSED', detail: 'This person was not invited.' };
    expect(await signIn(boss, '&company=globex', 'mapped')).toMatchObject(refused);
    expect(await signIn(boss, '&company=unknown', 'mapped')).toMatchObject(refused);
    expect(await signIn(boss, '', 'mapped')).toMatchObject({ tenant: 'default', roles: ['executive'] });
    const email = at('kim', 'globex.example');
    await globex.invitation.send({ email, name: 'Kim', roles: ['readonly'] });
    const claimed = { sub: 'mallory', email, email_verified: false, groups: ['managers'], name: 'Mallory' };
    expect(await signIn(claimed, '', 'mapped')).toMatchObject({ tenant: 'default' });
    expect(await signIn({ ...claimed, sub: 'm-2' }, '&company=globex', 'mapped')).toMatchObject({
      code: 'SIGN_IN_REFUSED',
    });
    const kim = { ...claimed, sub: 'kim', email_verified: true };
    expect(await signIn(kim, '&company=globex', 'mapped')).toMatchObject({
      tenant: 'globex',
      roles: ['readonly'],
    });
  });

  test('no administrator decides by a link in which company a person signs in', async () => {
    const { userId } = await globex.invitation.send({ email: at('lea'), name: 'Lea', roles: ['ops'] });
    const link = globex.user.link({ userId, issuer: oidc.issuer, subject: 'boss' });
    expect(await refusal(link)).toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('a link ends when the user is disabled, and when they change their password', async () => {
    const email = at('mia');
    const { userId } = await api.client.invitation.send({ email, name: 'Mia', roles: ['ops'] });
    const first = await mailTo(email);
    await api.client.user.update({ userId, status: 'disabled' });
    await api.client.user.update({ userId, status: 'active' });
    expect((await open(first.token)).status).toBe(404);
    await api.client.invitation.resend({ userId });
    const second = await mailTo(email, 2);
    await submit({ token: second.token, password: PASSWORD, repeated: PASSWORD });
    await api.client.invitation.resend({ userId });
    const third = await mailTo(email, 3);
    const { tokens } = await login(email);
    const own = createClient(resources, { baseUrl: api.url, apiKey: tokens?.accessToken ?? '' });
    await own.auth.changePassword({ currentPassword: PASSWORD, newPassword: `${PASSWORD} changed` });
    expect((await open(third.token)).status).toBe(404);
  });

  test('a domain that is only confirmed goes to the company that proves it', async () => {
    const domain = 'word.example';
    const { record } = await globex.domain.add({ domain });
    dns.records.set(record.name, [record.value]);
    expect(await globex.domain.verify({ domain })).toMatchObject({ verifiedBy: 'dns' });
    const { items } = await api.client.domain.list({});
    expect(items.find((one) => one.domain === domain)).toMatchObject({ verifiedAt: null });
    const { items: entries } = await api.client.audit.list({ operationId: 'domain.release' });
    expect(entries).toHaveLength(1);
  });

  test('signing up answers alike for everyone, and mails only people of a verified domain, once', async () => {
    const register = (email: string) =>
      createClient(resources, { baseUrl: api.url, apiKey: '' }).account.register({ email, name: 'Ida' });
    const email = at('ida', 'globex.example');
    const stranger = at('jon', 'nowhere.example');
    const members = async () => {
      const { database, identity } = api.context;
      const tenantId = await identity.ensureTenant('globex');
      return database.withTenant(tenantId, (transaction) => identity.countMembers(transaction));
    };
    const before = await members();
    const answers = [await register(email), await register(stranger), await register(email)];
    expect(await members()).toBe(before);
    expect(new Set(answers.map(({ message }) => message)).size).toBe(1);
    const { token } = await mailTo(email);
    await submit({ token, password: PASSWORD, repeated: PASSWORD });
    answers.push(await register(email));
    expect(new Set(answers.map(({ message }) => message)).size).toBe(1);
    const signedIn = await api.client.account.login({ email, password: PASSWORD, tenant: 'globex' });
    expect(signedIn).toMatchObject({ roles: ['ops'], user: { name: 'Ida' } });
    expect(await login(email)).toMatchObject({ user: { name: 'Ida' } });
    expect(await members()).toBe(before + 1);
    expect(inbox.messages({ to: email })).toHaveLength(1);
    expect(inbox.messages({ to: stranger })).toEqual([]);
    expect((await api.client.user.list({ search: email })).items).toEqual([]);
  });

  test('every change is in the audit trail', async () => {
    const { items } = await api.client.audit.list({ limit: 500 });
    const operations = new Set(items.map(({ operation }) => operation));
    for (const operation of [
      'invitation.send',
      'invitation.resend',
      'auth.setPassword',
      'domain.add',
      'domain.verify',
      'domain.remove',
    ])
      expect(operations).toContain(operation);
  });
});

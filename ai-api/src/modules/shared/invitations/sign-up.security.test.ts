import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { createBrowser } from '../../../../test/browser.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type OidcServer, startOidc } from '../../../../test/oidc.ts';
import { refusal } from '../../../../test/people.ts';
import { freePort, listening } from '../../../../test/ports.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';
import { JOB_SCHEMA } from '../../../platform/jobs/tables.ts';
import { createLog } from '../../../platform/log.ts';
import { type DevInbox, startDevInbox } from '../../../platform/mail/dev-inbox.ts';

const PASSWORD = 'a password of the tests';

describe.each(businessDatabases())('signing up on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let inbox: DevInbox;
  let oidc: OidcServer;
  let gitHub: Server;
  let anyone: Client;
  let time = Date.now();

  beforeAll(async () => {
    testDatabase = await create();
    inbox = await startDevInbox({ smtpPort: 0, httpPort: 0, log: createLog('silent') });
    const port = await freePort();
    const publicUrl = `http://127.0.0.1:${port}`;
    oidc = await startOidc([`${publicUrl}/auth/company/callback`, `${publicUrl}/auth/tied/callback`]);
    const client = { issuer: oidc.issuer, clientId: oidc.clientId, clientSecret: oidc.clientSecret };
    const gitHubApp = { clientId: 'an-app', clientSecret: 'its-secret' };
    gitHub = startGitHub();
    const gitHubUrl = `http://127.0.0.1:${await listening(gitHub)}`;
    api = await startApi(
      testDatabase,
      {
        PORT: String(port),
        PUBLIC_URL: publicUrl,
        SMTP_URL: inbox.smtpUrl,
        SIGN_UP: 'on',
        SIGN_UP_TIER: 'pro',
        SIGN_UP_PER_DAY: '7',
        TOKEN_ISSUERS: JSON.stringify([
          {
            issuer: 'https://id.example.com',
            audience: 'x',
            tenantClaim: 'company',
            tenants: { initech: 'Initech' },
          },
        ]),
        SIGN_IN_PROVIDERS: JSON.stringify([
          { id: 'company', kind: 'oidc', label: 'Anywhere', ...client },
          { id: 'tied', kind: 'oidc', label: 'Tied', tenant: 'default', ...client },
          { id: 'github', kind: 'github', issuer: gitHubUrl, apiUrl: gitHubUrl, ...gitHubApp },
        ]),
      },
      { clock: { now: () => new Date(time) } },
    );
    anyone = createClient(resources, { baseUrl: api.url, apiKey: '' });
  });
  afterAll(async () => {
    await api?.stop();
    gitHub?.close();
    await Promise.all([inbox?.close(), oidc?.stop()]);
    await testDatabase?.remove();
  });

  const at = (name: string) => `${name}-${randomUUID().slice(0, 8)}@nowhere.example`;
  const mails = (to: string) => inbox.messages({ to });
  async function linkOf(to: string, count = 1): Promise<{ subject: string; token: string }> {
    await expect.poll(() => mails(to).length, { timeout: 30_000 }).toBe(count);
    const mail = (await (await fetch(`${inbox.url}/api/messages/${mails(to)[0]?.id}`)).json()) as {
      subject: string;
      text: string;
    };
    return { subject: mail.subject, token: /token=([\w.-]+)/.exec(mail.text)?.[1] ?? '' };
  }
  const post = async (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) => {
    const response = await fetch(api.url + path, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers,
    });
    return { status: response.status, text: await response.text() };
  };
  const open = (token: string, company: string, headers: Record<string, string> = {}) =>
    post('/sign-up/open', { token, company, password: PASSWORD, repeated: PASSWORD }, headers);
  const loginTo = async (email: string, password = PASSWORD, tenant?: string) => {
    const { tokens } = await anyone.account.login({ email, password, tenant });
    return createClient(resources, { baseUrl: api.url, apiKey: tokens?.accessToken ?? '' });
  };

  test('a person confirms an address, opens a company of their own, and is its administrator alone', async () => {
    const email = at('ada');
    const sent = await post('/sign-up', { email, name: 'Ada' });
    expect(sent).toMatchObject({ status: 202, text: expect.stringContaining('on its way') });
    const { subject, token } = await linkOf(email);
    expect(subject).toBe('Confirm your e-mail address for AI Manager');
    const known = api.context.database.system('the test looks for people who confirmed nothing');
    expect(
      await known.selectFrom('identity.users').select('id').where('email', '=', email).execute(),
    ).toEqual([]);
    const shown = await fetch(`${api.url}/sign-up?token=${token}`);
    expect(await shown.text()).toContain(email);
    expect((await open(token, 'Ada & sons', { origin: 'https://evil.example' })).status).toBe(403);
    expect((await open(token, 'Ada & sons')).status).toBe(200);
    const ada = await loginTo(email);
    expect(await ada.identity.whoami({})).toMatchObject({ tenant: 'Ada & sons', roles: ['admin'] });
    expect((await ada.user.list({})).items).toMatchObject([{ email }]);
    expect((await ada.rule.list({})).items.length).toBeGreaterThan(0);
    expect(await ada.companyPlan.get({})).toMatchObject({ plan: 'pro' });
    const { items } = await ada.audit.list({ limit: 100 });
    expect(items.map(({ operation }) => operation)).toContain('company.open');
    expect((await ada.audit.verify({})).intact).toBe(true);
    const again = await open(token, 'Ada and more sons');
    expect(again).toMatchObject({ status: 409, text: expect.stringContaining('opened a company already') });
  });

  test('a link opens one company, however often it is sent at once', async () => {
    const email = at('twice');
    await anyone.account.register({ email, name: 'Twice' });
    const { token } = await linkOf(email);
    const done = await Promise.all([1, 2, 3].map((n) => open(token, `Twice ${n}`)));
    expect(done.filter(({ status }) => status === 200)).toHaveLength(1);
    const system = api.context.database.system('the test counts companies');
    const rows = await system.selectFrom('identity.users').select('id').where('email', '=', email).execute();
    expect(rows).toHaveLength(1);
  });

  test('names of companies that exist or that the configuration names cannot be taken; a link expires', async () => {
    const email = at('bob');
    await anyone.account.register({ email, name: 'Bob' });
    const { token } = await linkOf(email);
    for (const company of ['Ada & sons', 'default', 'DEFAULT', 'initech', 'Ｉnitech']) {
      const refused = await open(token, company);
      expect(refused.status, company).toBe(422);
      expect(refused.text).toContain('is taken');
    }
    expect((await open(`${token.slice(0, -1)}A`, 'Bobs')).status).toBe(404);
    expect((await open(token, 'x')).status).toBe(422);
    const before = time;
    time += 25 * 3_600_000;
    expect((await open(token, 'Bobs')).status).toBe(404);
    time = before;
  });

  test('the answer is the same for each address, and one address gets one link', async () => {
    const ada = at('known');
    await api.client.user.create({ email: ada, name: 'Known', roles: ['ops'], password: PASSWORD });
    const stranger = at('stranger');
    const answers = [
      await anyone.account.register({ email: stranger, name: 'Stranger' }),
      await anyone.account.register({ email: stranger, name: 'Stranger' }),
      await anyone.account.register({ email: ada, name: 'Impostor' }),
      await anyone.account.forgotPassword({ email: at('nobody') }),
      await anyone.account.forgotPassword({ email: ada }),
    ];
    expect(new Set(answers.map(({ message }) => message)).size).toBe(1);
    await expect.poll(() => mails(ada).length, { timeout: 30_000 }).toBe(2);
    const subjects = mails(ada).map(({ subject }) => subject);
    expect(subjects.sort()).toEqual([
      'Confirm your e-mail address for AI Manager',
      'Set a new password for AI Manager',
    ]);
    await linkOf(stranger);
    expect(mails(stranger)).toHaveLength(1);
  });

  test('a company that adds the address of another person keeps them out of nothing', async () => {
    const attacker = at('mallory');
    await anyone.account.register({ email: attacker, name: 'Mallory' });
    expect((await open((await linkOf(attacker)).token, 'Mallory & sons')).status).toBe(200);
    const mallory = await loginTo(attacker);
    const victim = at('victim');
    const theirs = 'a password of the attacker';
    await mallory.user.create({ email: victim, name: 'Victim', roles: ['admin'], password: theirs });
    await anyone.account.register({ email: victim, name: 'Victim' });
    expect((await open((await linkOf(victim)).token, 'Victims')).status).toBe(200);
    expect(await (await loginTo(victim)).identity.whoami({})).toMatchObject({ tenant: 'Victims' });
    expect(await refusal(loginTo(victim, theirs))).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await (await loginTo(victim, theirs, 'Mallory & sons')).identity.whoami({})).toMatchObject({
      tenant: 'Mallory & sons',
    });
    const endsAt = new Date(time + 86_400_000).toISOString();
    for (const attempt of [
      () => mallory.planOverride.set({ plan: 'enterprise', endsAt, reason: 'I give it to myself.' }),
      () => mallory.planOverride.list({ company: 'default' }),
      () => mallory.signingKey.rotate({}),
    ])
      expect(await refusal(attempt())).toMatchObject({ code: 'FORBIDDEN' });
    const stolen = mallory.invitation.resend({
      userId: (await api.client.user.list({})).items[0]?.userId ?? '',
    });
    expect(await refusal(stolen)).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('the queue holds no address that can be read', async () => {
    const email = at('queued');
    await anyone.account.register({ email, name: 'Queued' });
    await linkOf(email);
    const system = api.context.database.system('the test reads the queue');
    const { rows } = await sql<{ data: string }>`
      select data::text as data from ${sql.table(`${JOB_SCHEMA}.job`)} where name like 'account.%'`.execute(
      system,
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ data }) => data.includes(email.split('@')[0] ?? ''))).toEqual([]);
  });

  test('a forgotten password is set by everyone who had one, once, within an hour; sessions end', async () => {
    const email = at('cleo');
    await api.client.user.create({ email, name: 'Cleo', roles: ['ops'], password: PASSWORD });
    const before = await loginTo(email);
    expect(await before.identity.whoami({})).toMatchObject({ user: { email } });
    const page = await post('/forgotten-password', { email });
    expect(page.status).toBe(202);
    const first = await linkOf(email);
    time += 61 * 60_000;
    expect((await fetch(`${api.url}/invitation?token=${first.token}`)).status).toBe(404);
    await anyone.account.forgotPassword({ email });
    const { token } = await linkOf(email, 2);
    const other = await loginTo(email);
    const next = 'another password of the tests';
    const form = { token, password: next, repeated: next };
    expect((await post('/invitation', form)).status).toBe(200);
    expect(await refusal(other.identity.whoami({}))).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await refusal(loginTo(email))).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await (await loginTo(email, next)).identity.whoami({})).toMatchObject({ user: { email } });
    expect((await post('/invitation', form)).status).toBe(404);
    const { items } = await api.client.audit.list({ operationId: 'account.forgotPassword' });
    expect(items.length).toBeGreaterThan(0);
  });

  test('no link goes to a user who is disabled, or who has no password', async () => {
    const disabled = at('gone');
    const { userId } = await api.client.user.create({
      email: disabled,
      name: 'Gone',
      roles: ['ops'],
      password: PASSWORD,
    });
    await api.client.user.update({ userId, status: 'disabled' });
    const marker = at('marker');
    await api.client.user.create({ email: marker, name: 'Marker', roles: ['ops'], password: PASSWORD });
    await anyone.account.forgotPassword({ email: disabled });
    await anyone.account.forgotPassword({ email: marker });
    await linkOf(marker);
    expect(mails(disabled)).toEqual([]);
  });

  test('an account of a provider opens a company; a page of another site cannot begin it', async () => {
    oidc.person = { sub: 'dora', email: 'dora@nowhere.example', email_verified: true, name: 'Dora' };
    const start = (id: string, name: string) =>
      `${api.url}/auth/${id}/start?open=${encodeURIComponent(name)}`;
    const foreign = await fetch(start('company', 'Doras'), { headers: { 'sec-fetch-site': 'cross-site' } });
    expect(foreign.status).toBe(403);
    expect((await fetch(start('tied', 'Doras'))).status).toBe(422);
    const browser = createBrowser();
    await browser.visit(start('company', 'Doras'), (url) => url.endsWith('/docs'));
    const session = await (await browser.send(`${api.url}/auth/session`)).json();
    expect(session).toMatchObject({ user: { email: 'dora@nowhere.example', name: 'Dora' } });
    expect(await (await browser.send(`${api.url}/whoami`)).json()).toMatchObject({
      tenant: 'Doras',
      roles: ['admin'],
    });
    const again = createBrowser();
    await again.visit(start('company', 'Doras too'), (url) => url.endsWith('/docs'));
    expect(await (await again.send(`${api.url}/whoami`)).json()).toMatchObject({ tenant: 'Doras' });

    oidc.person = { sub: 'eve', email: 'eve@nowhere.example', email_verified: false, name: 'Eve' };
    const { response } = await createBrowser().visit(start('company', 'Eves'));
    expect(response.status).toBe(403);
    expect(await api.context.identity.findTenantByName('Eves')).toBeUndefined();
  });

  test('an account of GitHub opens a company', async () => {
    const browser = createBrowser();
    await browser.visit(`${api.url}/auth/github/start?open=Octos`, (url) => url.endsWith('/docs'));
    expect(await (await browser.send(`${api.url}/whoami`)).json()).toMatchObject({
      tenant: 'Octos',
      user: { email: 'octo@nowhere.example' },
    });
  });

  test('no more companies are opened in a day than the installation allows', async () => {
    const tokens: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      const email = at(name);
      await anyone.account.register({ email, name });
      tokens.push((await linkOf(email)).token);
    }
    const opened = await Promise.all(tokens.map((token, n) => open(token, `Company ${n}`)));
    expect(opened.map(({ status }) => status).sort()).toEqual([200, 429, 429]);
  });
});

test('an installation that does not allow it has no such page', async () => {
  const [kind] = businessDatabases();
  const testDatabase = await kind?.create();
  if (!testDatabase) throw new Error('there is no database');
  const api = await startApi(testDatabase);
  try {
    expect((await fetch(`${api.url}/sign-up`)).status).toBe(404);
    expect((await fetch(`${api.url}/auth/x/start?open=Foo`)).status).toBe(404);
  } finally {
    await api.stop();
    await testDatabase.remove();
  }
});

/** GitHub with one account. */
function startGitHub(): Server {
  return createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const json = (body: unknown) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    if (url.pathname === '/login/oauth/authorize') {
      const back = new URL(url.searchParams.get('redirect_uri') as string);
      back.search = String(
        new URLSearchParams({ code: 'a-code', state: url.searchParams.get('state') ?? '' }),
      );
      response.writeHead(302, { location: back.href }).end();
    } else if (url.pathname === '/login/oauth/access_token')
      json({ access_token: 'gho_of_the_test', token_type: 'bearer', scope: 'read:user' });
    else if (url.pathname === '/user') json({ id: 4711, login: 'octo', name: null });
    else json([{ email: 'octo@nowhere.example', primary: true, verified: true }]);
  });
}

import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { createBrowser } from '../../../../test/browser.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { connect } from '../../../../test/followers.ts';
import { freePort } from '../../../../test/ports.ts';
import { problem } from '../../../../test/runs.ts';
import { createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';

const PASSWORD = 'a password of the tests';
const ADMIN = { email: 'first@example.com', password: 'the first password of all' };

describe.each(businessDatabases())('local users, on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;

  beforeAll(async () => {
    testDatabase = await create();
    const port = await freePort();
    api = await startApi(testDatabase, {
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      BOOTSTRAP_ADMIN_EMAIL: ADMIN.email,
      BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password,
      RATE_LIMITS: 'on',
      TRUST_PROXY: 'loopback',
    });
    await api.client.user.create({
      email: 'Ada@example.com',
      name: 'Ada',
      roles: ['ops'],
      password: PASSWORD,
    });
  });
  afterAll(async () => {
    await api?.stop();
    await testDatabase?.remove();
  });

  const json = { 'content-type': 'application/json' };
  let addresses = 0;
  /** Requests of this header come from an address of their own. */
  const elsewhere = () => ({ 'x-forwarded-for': `198.51.100.${++addresses}` });
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(api.url + path, {
      method: 'POST',
      headers: { ...json, ...elsewhere(), ...headers },
      body: JSON.stringify(body),
    });
  const login = (body: object, headers?: Record<string, string>) => post('/auth/login', body, headers);
  const bearer = (accessToken: string) => ({ authorization: `Bearer ${accessToken}` });
  const whoami = (accessToken: string) => fetch(`${api.url}/whoami`, { headers: bearer(accessToken) });

  async function tokensFor(email: string, password = PASSWORD) {
    const answer = await login({ email, password, use: 'tokens' });
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { tokens: { accessToken: string; refreshToken: string } }).tokens;
  }

  async function enter(email: string, password = PASSWORD) {
    const browser = createBrowser();
    const answer = await browser.send(`${api.url}/auth/login`, {
      method: 'POST',
      headers: { ...json, ...elsewhere() },
      body: JSON.stringify({ email, password }),
    });
    expect(answer.status).toBe(200);
    const { session } = (await answer.json()) as { session: { csrfToken: string } };
    return { browser, csrf: session.csrfToken, cookie: answer.headers.getSetCookie()[0] ?? '' };
  }

  test('the first admin of an installation may sign in', async () => {
    const { browser, cookie } = await enter(ADMIN.email, ADMIN.password);
    expect(cookie).toMatch(/^aim_session=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
    const answer = await browser.send(`${api.url}/users`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await (await browser.send(`${api.url}/auth/session`)).json()).toMatchObject({
      user: { email: ADMIN.email },
      roles: ['admin'],
    });
  });

  test('an unknown, disabled or invited user and a wrong password are answered alike', async () => {
    await api.client.user.create({ email: 'invited@example.com', name: 'I', roles: ['ops'] });
    const gone = await api.client.user.create({
      email: 'gone@example.com',
      name: 'G',
      roles: ['ops'],
      password: PASSWORD,
    });
    await api.client.user.update({ userId: gone.userId, status: 'disabled' });
    const answers = [];
    for (const attempt of [
      { email: 'ada@example.com', password: 'wrong' },
      { email: 'nobody@example.com', password: PASSWORD },
      { email: 'invited@example.com', password: PASSWORD },
      { email: 'gone@example.com', password: PASSWORD },
      { email: 'ada@example.com', password: PASSWORD, tenant: 'no such company' },
    ]) {
      const answer = await login(attempt);
      const { requestId: _own, ...document } = (await answer.json()) as Record<string, unknown>;
      answers.push({ status: answer.status, document });
    }
    expect(answers[0]).toMatchObject({ status: 401, document: { code: 'UNAUTHENTICATED' } });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  test('guessing a password stops after some tries, also with the right one, and for that person alone', async () => {
    const email = 'guessed@example.com';
    await api.client.user.create({ email, name: 'Guessed', roles: ['ops'], password: PASSWORD });
    const statuses: number[] = [];
    const here = elsewhere();
    for (let n = 0; n < 11; n++) statuses.push((await login({ email, password: `guess ${n}` }, here)).status);
    expect(new Set(statuses.slice(0, 10))).toEqual(new Set([401]));
    const refused = await login({ email, password: PASSWORD }, here);
    expect([statuses[10], refused.status]).toEqual([429, 429]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await login({ email: 'ada@example.com', password: PASSWORD }, here)).status).toBe(200);
  });

  test('people of two companies with one address are two people', async () => {
    const { identity } = api.context;
    const key = `aim_globex00_${'g'.repeat(40)}`;
    await identity.ensureKey(
      await identity.ensureTenant('globex', 'enterprise'),
      'theirs',
      key,
      ['admin'],
      ['*', 'decide'],
    );
    const theirs = createClient(resources, { baseUrl: api.url, apiKey: key });
    const password = 'another password there';
    await theirs.user.create({
      email: 'ada@example.com',
      name: 'Ada of Globex',
      roles: ['readonly'],
      password,
    });
    expect((await login({ email: 'ada@example.com', password })).status).toBe(401);
    const answer = await login({ email: 'ada@example.com', password, tenant: 'globex', use: 'tokens' });
    const { tokens } = (await answer.json()) as { tokens: { accessToken: string } };
    expect(await (await whoami(tokens.accessToken)).json()).toMatchObject({
      tenant: 'globex',
      user: { name: 'Ada of Globex' },
    });
    expect((await theirs.user.list({})).items.map(({ name }) => name)).toEqual(['Ada of Globex']);
    const { items } = await api.client.user.list({ search: 'ada@' });
    expect(items.map(({ name }) => name)).toEqual(['Ada']);
    expect(await problem(theirs.user.get({ userId: items[0]?.userId as string }))).toMatchObject({
      status: 404,
    });
  });

  test('a password is long and not common', async () => {
    const set = (password: string) =>
      problem(api.client.user.create({ email: 'weak.one@example.com', name: 'W', roles: ['ops'], password }));
    for (const password of ['short', 'aaaaaaaaaaaaaaaa', 'Password1234!', 'xx weak.one 2026 xx'])
      expect(await set(password)).toEqual({ status: 422, code: 'INVALID_INPUT' });
  });

  test('an invitation sets a password once', async () => {
    const { invitation, status, userId } = await api.client.user.create({
      email: 'guest@example.com',
      name: 'Guest',
      roles: ['reviewer'],
    });
    expect(status).toBe('invited');
    const accept = () =>
      post('/auth/invitation', { token: invitation?.token, password: PASSWORD, use: 'tokens' });
    const answer = await accept();
    expect(await answer.json()).toMatchObject({ user: { userId }, roles: ['reviewer'], session: null });
    expect((await accept()).status).toBe(401);
    await tokensFor('guest@example.com');
    expect(await api.client.user.get({ userId })).toMatchObject({ status: 'active', hasPassword: true });
  });

  describe('tokens', () => {
    test('live an hour, are renewed once each, and a second use ends the session', async () => {
      const first = await tokensFor('ada@example.com');
      const { exp = 0, iat = 0, iss, sub } = decodeJwt(first.accessToken);
      expect([exp - iat, iss]).toEqual([3600, api.context.publicUrl]);
      const second = await (await post('/auth/refresh', { refreshToken: first.refreshToken })).json();
      const { accessToken, refreshToken } = second as typeof first;
      expect((await whoami(accessToken)).status).toBe(200);
      const reused = await post('/auth/refresh', { refreshToken: first.refreshToken });
      expect(reused.status).toBe(401);
      expect((await post('/auth/refresh', { refreshToken })).status).toBe(401);
      for (const token of [first.accessToken, accessToken]) expect((await whoami(token)).status).toBe(401);
      const { items } = await api.client.audit.list({ operationId: 'auth.refreshReused' });
      expect(items[0]).toMatchObject({ actor: { name: `user:${sub}`, keyId: null } });
    });

    test('of two at once one refresh wins, and both lose then', async () => {
      const { refreshToken } = await tokensFor('ada@example.com');
      const answers = await Promise.all([1, 2, 3].map(() => post('/auth/refresh', { refreshToken })));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
    });

    test('end with a logout, a sign-out by an admin and a new password', async () => {
      const out = await tokensFor('ada@example.com');
      const left = await fetch(`${api.url}/auth/logout`, {
        method: 'POST',
        headers: bearer(out.accessToken),
      });
      expect(left.status).toBe(204);
      const pushed = await tokensFor('ada@example.com');
      const socket = await connect(api.url, {}, pushed.accessToken);
      const { items } = await api.client.user.list({ search: 'ada@' });
      const userId = items[0]?.userId as string;
      await api.client.user.signOut({ userId });
      expect(await socket.closed).toMatchObject({ code: 4001 });
      for (const { accessToken, refreshToken } of [out, pushed]) {
        expect((await whoami(accessToken)).status).toBe(401);
        expect((await post('/auth/refresh', { refreshToken })).status).toBe(401);
      }
    });

    test('are of no use when forged', async () => {
      const { accessToken } = await tokensFor(ADMIN.email, ADMIN.password);
      const [head, body = '', signature] = accessToken.split('.');
      const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
      const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'somebody' })).toString('base64url');
      const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
      for (const token of [`${head}.${changed}.${signature}`, `${none}.${body}.`])
        expect((await whoami(token)).status).toBe(401);
    });
  });

  describe('a browser session', () => {
    const change = { email: 'x@example.com', name: 'X', roles: ['readonly'] };
    const creates = (browser: ReturnType<typeof createBrowser>, headers: Record<string, string>, n: number) =>
      browser.send(`${api.url}/users`, {
        method: 'POST',
        headers: { ...json, ...headers },
        body: JSON.stringify({ ...change, email: `x${n}@example.com` }),
      });

    test('changes something only with the token of its own page', async () => {
      const { browser, csrf } = await enter(ADMIN.email, ADMIN.password);
      const other = await enter('ada@example.com');
      const csrfToken = { 'x-csrf-token': csrf };
      const refused: Record<string, string>[] = [
        {},
        { 'x-csrf-token': 'guessed' },
        { 'x-csrf-token': other.csrf },
        { ...csrfToken, origin: 'https://evil.example' },
        { ...csrfToken, 'sec-fetch-site': 'cross-site' },
        { ...csrfToken, 'sec-fetch-site': 'same-site', origin: api.url },
        { ...csrfToken, origin: 'null' },
      ];
      for (const headers of refused) {
        const answer = await creates(browser, headers, 1);
        expect([headers, answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
          headers,
          403,
          'CSRF_REFUSED',
        ]);
      }
      const sent = { ...csrfToken, origin: api.url, 'sec-fetch-site': 'same-origin' };
      expect((await creates(browser, sent, 1)).status).toBe(201);
      const { items } = await api.client.audit.list({ operationId: 'user.create' });
      expect(items[0]?.actor).toMatchObject({ name: expect.stringMatching(/^user:/), keyId: null });
    });

    test('cannot be planted by another site', async () => {
      const answer = await login(
        { ...ADMIN },
        { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      );
      expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []]);
    });

    test('is another one after each sign-in, and the cookie from before is worth nothing', async () => {
      const { browser } = await enter('ada@example.com');
      const before = browser.cookies.get('aim_session');
      await browser.send(`${api.url}/auth/login`, {
        method: 'POST',
        headers: { ...json, ...elsewhere() },
        body: JSON.stringify({ email: 'ada@example.com', password: PASSWORD }),
      });
      expect(browser.cookies.get('aim_session')).not.toBe(before);
      const old = await fetch(`${api.url}/whoami`, { headers: { cookie: `aim_session=${before}` } });
      expect(old.status).toBe(401);
    });

    test('is listed for its person, who ends it, and a new password ends all others', async () => {
      const email = 'many@example.com';
      await api.client.user.create({ email, name: 'Many', roles: ['ops'], password: PASSWORD });
      const [one, two] = [await enter(email), await enter(email)];
      const { accessToken } = await tokensFor(email);
      const listed = await (await one.browser.send(`${api.url}/auth/sessions`)).json();
      const { items } = listed as { items: { sessionId: string; kind: string; isCurrent: boolean }[] };
      expect(items.map(({ kind, isCurrent }) => [kind, isCurrent])).toEqual([
        ['token', false],
        ['browser', false],
        ['browser', true],
      ]);
      const end = await one.browser.send(`${api.url}/auth/sessions/${items[1]?.sessionId}`, {
        method: 'DELETE',
        headers: { 'x-csrf-token': one.csrf },
      });
      expect(end.status).toBe(204);
      expect((await two.browser.send(`${api.url}/whoami`)).status).toBe(401);
      const set = (currentPassword: string) =>
        one.browser.send(`${api.url}/auth/password`, {
          method: 'POST',
          headers: { ...json, 'x-csrf-token': one.csrf },
          body: JSON.stringify({ currentPassword, newPassword: 'quite another password' }),
        });
      expect((await set('wrong')).status).toBe(422);
      expect((await set(PASSWORD)).status).toBe(204);
      expect((await whoami(accessToken)).status).toBe(401);
      expect((await one.browser.send(`${api.url}/whoami`)).status).toBe(200);
      await tokensFor(email, 'quite another password');
    });

    test('without a credential opens no WebSocket, and guessing keys there is counted', async () => {
      const { browser } = await enter(ADMIN.email, ADMIN.password);
      const cookie = `aim_session=${browser.cookies.get('aim_session')}`;
      const stream = await fetch(`${api.url}/events/stream`, { headers: { cookie } });
      expect(stream.status).toBe(200);
      await stream.body?.cancel();
      await expect(connect(api.url, {})).rejects.toMatchObject({ status: 401 });
    });
  });

  test('the last admin stays one', async () => {
    const { items } = await api.client.user.list({ role: 'admin' });
    const [admin, ...others] = items;
    expect(others).toEqual([]);
    const userId = admin?.userId as string;
    for (const change of [{ roles: ['ops' as const] }, { status: 'disabled' as const }])
      expect(await problem(api.client.user.update({ userId, ...change }))).toEqual({
        status: 409,
        code: 'LAST_ADMIN',
      });
  });

  test('keys that are guessed at the door of the WebSocket are counted, and then refused', async () => {
    const statuses = new Set<number>();
    await vi.waitFor(
      async () => {
        const wrong = `aim_guessing_${'x'.repeat(32)}`;
        await connect(api.url, {}, wrong).catch(({ status }: { status: number }) => statuses.add(status));
        expect(statuses).toContain(429);
      },
      { timeout: 20_000, interval: 1 },
    );
    expect([...statuses]).toEqual([401, 429]);
  });
});

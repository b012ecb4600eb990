import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { createBrowser } from '../../../../test/browser.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type OidcServer, startOidc } from '../../../../test/oidc.ts';
import { freePort, listening } from '../../../../test/ports.ts';

/** What GitHub's OAuth app and API answer. */
interface GitHub {
  url: string;
  emails: { email: string; primary: boolean; verified: boolean }[];
  /** The form of the last exchange of a code. */
  exchanged: URLSearchParams;
  server: Server;
}

async function startGitHub(): Promise<GitHub> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', gitHub.url);
    const json = (body: unknown) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    if (url.pathname === '/login/oauth/authorize') {
      const back = new URL(url.searchParams.get('redirect_uri') as string);
      back.search = String(
        new URLSearchParams({ code: 'a-code', state: url.searchParams.get('state') ?? '' }),
      );
      response.writeHead(302, { location: back.href }).end();
    } else if (url.pathname === '/login/oauth/access_token') {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        gitHub.exchanged = new URLSearchParams(body);
        json({ access_token: 'gho_of_the_test', token_type: 'bearer', scope: 'read:user' });
      });
    } else if (request.headers.authorization !== 'Bearer gho_of_the_test') response.writeHead(401).end();
    else if (url.pathname === '/user') json({ id: 4711, login: 'octo', name: null });
    else json(gitHub.emails);
  });
  const port = await listening(server);
  const gitHub: GitHub = {
    url: `http://127.0.0.1:${port}`,
    emails: [],
    exchanged: new URLSearchParams(),
    server,
  };
  return gitHub;
}

describe.each(businessDatabases())('signing in elsewhere, on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let oidc: OidcServer;
  let gitHub: GitHub;

  beforeAll(async () => {
    const port = await freePort();
    const publicUrl = `http://127.0.0.1:${port}`;
    oidc = await startOidc(['keycloak', 'cognito'].map((id) => `${publicUrl}/auth/${id}/callback`));
    gitHub = await startGitHub();
    const client = { clientId: oidc.clientId, clientSecret: oidc.clientSecret };
    testDatabase = await create();
    api = await startApi(testDatabase, {
      PORT: String(port),
      PUBLIC_URL: publicUrl,
      SIGN_IN_PROVIDERS: JSON.stringify([
        {
          id: 'keycloak',
          kind: 'keycloak',
          issuer: oidc.issuer,
          ...client,
          rolesClaim: 'groups',
          roles: { managers: 'executive', makers: 'builder' },
        },
        {
          id: 'github',
          kind: 'github',
          issuer: gitHub.url,
          apiUrl: gitHub.url,
          clientId: 'an-app',
          clientSecret: 'its-secret',
        },
        {
          id: 'cognito',
          kind: 'cognito',
          label: 'Company',
          issuer: oidc.issuer,
          clientId: oidc.publicClientId,
          rolesClaim: 'groups',
          roles: { managers: 'executive' },
        },
        { id: 'down', kind: 'oidc', issuer: 'http://127.0.0.1:1', ...client, defaultRoles: ['readonly'] },
      ]),
    });
  });
  afterAll(async () => {
    await api?.stop();
    await oidc?.stop();
    gitHub?.server.close();
    await testDatabase?.remove();
  });
  beforeEach(() => {
    oidc.person = {
      sub: 'kc-1',
      email: 'Chief@Example.com',
      email_verified: true,
      name: 'The Chief',
      groups: ['managers'],
    };
  });

  const start = (provider: string, query = '') => `${api.url}/auth/${provider}/start${query}`;
  const isCallback = (url: string) => url.includes('/callback?');
  const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code;

  test('is offered with its names', async () => {
    const { providers } = await api.client.auth.providers({});
    expect(providers.map(({ label, startUrl }) => [label, startUrl])).toEqual([
      ['Keycloak', '/auth/keycloak/start'],
      ['GitHub', '/auth/github/start'],
      ['Company', '/auth/cognito/start'],
      ['Single sign-on', '/auth/down/start'],
    ]);
  });

  test('at an OpenID provider lets a person with a mapped role in, and back to where they were', async () => {
    const browser = createBrowser();
    const isBack = (url: string) => url === `${api.url}/evaluations/runs?limit=1`;
    const { url } = await browser.visit(start('keycloak', '?returnTo=/evaluations/runs%3Flimit=1'), isBack);
    expect(isBack(url)).toBe(true);
    expect(browser.cookies.has('aim_sign_in')).toBe(false);
    expect((await browser.send(url)).status).toBe(200);
    expect(await (await browser.send(`${api.url}/auth/session`)).json()).toMatchObject({
      user: { email: 'chief@example.com', name: 'The Chief' },
      roles: ['executive'],
      csrfToken: expect.any(String),
    });
    const { items } = await api.client.user.list({ search: 'chief@' });
    expect(items).toMatchObject([{ issuers: [oidc.issuer], hasPassword: false, roles: ['executive'] }]);
  });

  test('at a provider whose client has no secret, as Cognito in Terraform, lets a person in by PKCE alone', async () => {
    const browser = createBrowser();
    const { url } = await browser.visit(
      start('cognito', '?returnTo=/whoami'),
      (at) => at === `${api.url}/whoami`,
    );
    expect(url).toBe(`${api.url}/whoami`);
    expect((await browser.send(url)).status).toBe(200);
  });

  test('asks with PKCE, state and nonce', async () => {
    const { url } = await createBrowser().visit(start('keycloak'), (at) => at.startsWith(oidc.issuer));
    const asked = new URL(url).searchParams;
    expect(asked.get('code_challenge_method')).toBe('S256');
    for (const name of ['code_challenge', 'state', 'nonce']) expect(asked.get(name)).toMatch(/^[\w-]{43}$/);
  });

  test('works once for each state, and in the browser that began only', async () => {
    const browser = createBrowser();
    const { url } = await browser.visit(start('keycloak'), isCallback);
    const stolen = await createBrowser().send(url);
    expect([stolen.status, await codeOf(stolen)]).toEqual([403, 'SIGN_IN_REFUSED']);
    const late = await browser.send(url);
    expect([late.status, late.headers.getSetCookie()]).toEqual([403, []]);

    const again = await browser.visit(start('keycloak'), isCallback);
    expect((await browser.send(again.url)).status).toBe(303);
    expect((await browser.send(again.url)).status).toBe(403);
  });

  test('of an attacker cannot be finished by a victim', async () => {
    const attacker = await createBrowser().visit(start('keycloak'), isCallback);
    const victim = createBrowser();
    await victim.visit(start('keycloak'), isCallback);
    expect((await victim.send(attacker.url)).status).toBe(403);
    expect(victim.cookies.has('aim_session')).toBe(false);
  });

  test('with a code that the provider does not know is refused', async () => {
    const browser = createBrowser();
    const { url } = await browser.visit(start('keycloak'), isCallback);
    const changed = new URL(url);
    changed.searchParams.set('code', 'made-up');
    const answer = await browser.send(changed.href);
    expect([answer.status, await codeOf(answer)]).toEqual([403, 'SIGN_IN_REFUSED']);
  });

  test.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/a b',
    'docs',
  ])('goes on nowhere but here: %s', async (returnTo) => {
    const answer = await createBrowser().send(start('keycloak', `?returnTo=${encodeURIComponent(returnTo)}`));
    expect([answer.status, await codeOf(answer)]).toEqual([422, 'INVALID_INPUT']);
  });

  test('without a role, or with an address that is not verified, is refused', async () => {
    for (const person of [
      { sub: 'kc-2', email: 'norole@example.com', email_verified: true, groups: ['others'] },
      { sub: 'kc-3', email: 'chief@example.com', email_verified: false, groups: ['managers'] },
      { sub: 'kc-4', groups: ['managers'] },
    ]) {
      oidc.person = person;
      const browser = createBrowser();
      const { response } = await browser.visit(start('keycloak'));
      expect([response.status, await codeOf(response)]).toEqual([403, 'SIGN_IN_REFUSED']);
      expect(browser.cookies.has('aim_session')).toBe(false);
    }
  });

  test('takes a role away when the provider does', async () => {
    oidc.person = { ...oidc.person, sub: 'kc-5', email: 'mover@example.com' };
    await createBrowser().visit(start('keycloak'), (at) => at === `${api.url}/`);
    oidc.person = { ...oidc.person, groups: ['makers'] };
    const browser = createBrowser();
    await browser.visit(start('keycloak'), (at) => at === `${api.url}/`);
    expect(await (await browser.send(`${api.url}/whoami`)).json()).toMatchObject({ roles: ['builder'] });
  });

  test('at GitHub finds whom we invited by the verified primary address', async () => {
    gitHub.emails = [
      { email: 'octo@example.com', primary: true, verified: true },
      { email: 'other@example.com', primary: false, verified: true },
    ];
    const refused = await createBrowser().visit(start('github'));
    expect([refused.response.status, await codeOf(refused.response)]).toEqual([403, 'SIGN_IN_REFUSED']);
    await api.client.user.create({ email: 'octo@example.com', name: 'Octo', roles: ['reviewer'] });
    const browser = createBrowser();
    await browser.visit(start('github'), (at) => at === `${api.url}/`);
    expect(await (await browser.send(`${api.url}/whoami`)).json()).toMatchObject({
      user: { email: 'octo@example.com' },
      roles: ['reviewer'],
    });
    expect(gitHub.exchanged.get('code_verifier')).toMatch(/^[\w-]{43}$/);
    expect(gitHub.exchanged.get('client_secret')).toBe('its-secret');
    gitHub.emails = [{ email: 'octo@example.com', primary: true, verified: false }];
    const still = createBrowser();
    await still.visit(start('github'), (at) => at === `${api.url}/`);
    expect((await still.send(`${api.url}/whoami`)).status).toBe(200);
  });

  test('at a provider that does not answer is 503, and at none is 404', async () => {
    const browser = createBrowser();
    const down = await browser.send(start('down'));
    expect([down.status, down.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await browser.send(start('nowhere'))).status).toBe(404);
  });
});

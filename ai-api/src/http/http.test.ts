import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, testEnvironment } from '../../test/api.ts';
import { createTestDatabase, type TestDatabase } from '../../test/databases.ts';
import { resources } from '../catalogue/index.ts';
import { readConfig } from '../config/index.ts';
import { PROBLEMS } from '../contract/errors.ts';
import { type Operation, ROLES, type Role } from '../contract/operation.ts';
import { type ProblemDocument, problemDocument } from '../contract/schemas.ts';
import { createLog } from '../platform/log.ts';
import { type RunningServer, startServer } from '../server.ts';

const UUID = '01890000-0000-7000-8000-000000000000';
const SECRET = 'abcdefghijklmnop'.repeat(3);
const anonymous = { authorization: '' };
const keyOf = (prefix: string) => `aim_${prefix.padEnd(8, '0')}_${SECRET}`;
const operations = Object.values(resources).flatMap(
  ({ id, operations }) =>
    Object.entries(operations).map(([key, op]) => [`${id}.${key}`, op]) as [string, Operation][],
);

describe('the HTTP interface', () => {
  let testDatabase: TestDatabase;
  let server: RunningServer;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    const config = readConfig(testEnvironment(testDatabase));
    server = await startServer(config, createLog(config.LOG_LEVEL));
    const { identity, database } = server.context;
    const tenant = await identity.ensureTenant('default');
    for (const role of ROLES)
      await identity.ensureKey(tenant, `a key of ${role}`, keyOf(role.slice(0, 8)), [role]);
    await identity.ensureKey(tenant, 'expired', keyOf('expired'), ['admin']);
    await database
      .system('test')
      .updateTable('identity.api_keys')
      .set({ expires_at: new Date(Date.now() - 1000) })
      .where('name', '=', 'expired')
      .execute();
  });
  afterAll(async () => {
    await server.stop();
    await testDatabase.remove();
  });

  function send(method: string, path: string, body?: BodyInit, headers: Record<string, string> = {}) {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const given = { authorization: `Bearer ${ADMIN_KEY}`, ...type, ...headers };
    const sent = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
    return fetch(`${server.url}${path}`, { method, headers: sent, body: body ?? null, redirect: 'manual' });
  }

  /** Checks that an answer is a problem document of this code, and gives it with the response. */
  async function problem(code: keyof typeof PROBLEMS, sent: Promise<Response>) {
    const response = await sent;
    const document = problemDocument.parse(await response.json()) as ProblemDocument;
    const { status, title } = PROBLEMS[code];
    expect(document).toMatchObject({
      code,
      status,
      title,
      type: `/docs/problems#${code.toLowerCase().replaceAll('_', '-')}`,
    });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(response.headers.get('x-request-id')).toBe(document.requestId);
    return { response, document, fields: (document.errors ?? []).map(({ field }) => field) };
  }

  describe('a request', () => {
    test('keeps the id it comes with', async () => {
      const given = { 'x-request-id': 'run-7.step_2' };
      const { document } = await problem('NOT_FOUND', send('GET', '/nowhere', undefined, given));
      expect(document).toMatchObject({ requestId: 'run-7.step_2', instance: '/nowhere' });
    });

    test.each(['a b', 'x'.repeat(101), '<script>'])('gets an id of ours in place of %j', async (id) => {
      const response = await send('GET', '/health', undefined, { 'x-request-id': id });
      expect(response.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    });

    test('is answered with headers that protect browsers, and without a name of the software', async () => {
      const { headers } = await send('GET', '/health');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
      expect(headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(headers.get('content-security-policy')).not.toContain('upgrade-insecure-requests');
      expect(headers.get('strict-transport-security')).toBeNull();
      expect(headers.get('x-powered-by')).toBeNull();
    });
  });

  describe('a credential', () => {
    test.each([
      ['is missing', ''],
      ['has another scheme', 'Basic dXNlcjpwYXNz'],
      ['is empty', 'Bearer'],
      ['is malformed', 'Bearer nonsense'],
      ['is unknown', `Bearer ${keyOf('unknown')}`],
      ['has the prefix of a key and another secret', `Bearer aim_testtest_${SECRET}`],
      ['is followed by something', `Bearer ${ADMIN_KEY} x`],
      ['has expired', `Bearer ${keyOf('expired')}`],
    ])('is refused when it %s', async (_, authorization) => {
      const { response, document } = await problem(
        'UNAUTHENTICATED',
        send('GET', '/whoami', undefined, { authorization }),
      );
      const fault = authorization
        ? `, error="invalid_token", error_description="${document.detail.replaceAll('"', "'")}"`
        : '';
      expect(response.headers.get('www-authenticate')).toBe(`Bearer realm="ai-manager"${fault}`);
      expect(JSON.stringify(document)).not.toContain(SECRET);
    });

    test('is asked for before the input is looked at', async () => {
      await problem('UNAUTHENTICATED', send('POST', '/people/import', '{', anonymous));
    });

    test('may say bearer in any case', async () => {
      expect((await send('GET', '/whoami', undefined, { authorization: `bearer ${ADMIN_KEY}` })).status).toBe(
        200,
      );
    });

    test('is not needed for probes and documents', async () => {
      for (const path of ['/health', '/ready', '/openapi.json', '/docs']) {
        expect((await send('GET', path, undefined, anonymous)).status).toBe(200);
      }
    });

    test.each(ROLES)(
      'of a key with the role %s opens the operations of that role and no others',
      async (role: Role) => {
        const outcomes = [];
        for (const [id, { access, method, path, own }] of operations) {
          // People sign in and out themselves, no key does it for them.
          if (access === 'public' || id.startsWith('auth.')) continue;
          // A key is no builder, so that nothing is its own.
          const isOpen = access.includes(role) && (role !== 'builder' || own === 'anyone');
          const url = path.replaceAll(/\{\w+\}/g, UUID);
          // A body that no operation accepts: no caller gets past the checks of the input.
          const body = method === 'GET' || method === 'DELETE' ? undefined : '{"nothing takes":"this"}';
          const authorization = `Bearer ${keyOf(role.slice(0, 8))}`;
          const answer = await send(method, url, body, { authorization });
          const { status } = answer;
          const isOfPeople = status === 403 && (await answer.json()).code === 'PERSON_NEEDED';
          const isLetIn = isOfPeople || (status !== 403 && status !== 401 && status < 500);
          outcomes.push([id, isOpen ? isLetIn : status === 403 && !isOfPeople]);
        }
        expect(outcomes.filter(([, isRight]) => !isRight)).toEqual([]);
        expect(outcomes.length).toBeGreaterThan(10);
      },
    );

    test('without the role gets an error that names the needed roles', async () => {
      const sent = send('GET', '/webhooks/endpoints', undefined, {
        authorization: `Bearer ${keyOf('readonly')}`,
      });
      expect((await problem('FORBIDDEN', sent)).document.detail).toBe(
        'This needs one of the roles admin, ops.',
      );
    });
  });

  describe('a path', () => {
    test('is served for every operation of the contracts', async () => {
      const outcomes = [];
      for (const [id, { access, method, path }] of operations) {
        const url = path.replaceAll(/\{\w+\}/g, UUID);
        const { status } = await send(method, url, undefined, anonymous);
        const needsInput = access === 'public' && method === 'POST';
        const found = path.includes('{') ? 404 : 200;
        outcomes.push([id, status, needsInput ? 422 : access === 'public' ? found : 401]);
      }
      expect(outcomes.filter(([, status, expected]) => status !== expected)).toEqual([]);
    });

    test.each(['/nowhere', '/builders/a/b', '/builder', '/openapi.json/x'])(
      'that is not served is not found: %s',
      async (path) => {
        await problem('NOT_FOUND', send('GET', path));
      },
    );

    test.each([
      ['DELETE', '/builders', 'GET, HEAD'],
      ['POST', '/health', 'GET, HEAD'],
      ['PUT', '/webhooks/endpoints', 'POST, GET, HEAD'],
      ['OPTIONS', '/people/import', 'POST'],
      ['GET', '/people/import', 'POST'],
    ])('that is served takes no other method: %s %s', async (method, path, allowed) => {
      const { response } = await problem('METHOD_NOT_ALLOWED', send(method, path, undefined, anonymous));
      expect(response.headers.get('allow')).toBe(allowed);
    });

    test('is served to HEAD without a body', async () => {
      const response = await send('HEAD', '/builders');
      expect([response.status, await response.text()]).toEqual([200, '']);
    });

    test.each(['/builders/%zz', '/builders/%ff', '/builders/%'])(
      'must be percent-encoded well: %s',
      async (path) => {
        expect((await problem('INVALID_INPUT', send('GET', path))).fields).toEqual(['(path)']);
      },
    );
  });

  describe('a body', () => {
    const post = (body: BodyInit | undefined, headers?: Record<string, string>) =>
      send('POST', '/webhooks/endpoints', body, headers);

    test.each(['{', '{"url":}', 'url=x', '{"a":1}{"b":2}', ' '])(
      'that is not JSON is malformed: %j',
      async (body) => {
        const { document } = await problem('MALFORMED_JSON', post(body));
        expect(document.detail).not.toContain('Unexpected');
      },
    );

    test.each(['[]', '[{"url":"http://x"}]', 'null', '"text"', '5', 'true'])(
      'must be an object: %s',
      async (body) => {
        expect((await problem('INVALID_INPUT', post(body))).fields).toEqual(['(body)']);
      },
    );

    test('that is too large is refused', async () => {
      await problem('BODY_TOO_LARGE', post(JSON.stringify({ url: 'x'.repeat(1_100_000) })));
      await problem(
        'BODY_TOO_LARGE',
        send('POST', '/people/import', JSON.stringify({ builders: 'x'.repeat(26_300_000) })),
      );
    });

    test('may be large where the operation says so', async () => {
      const sent = send('POST', '/people/import', JSON.stringify({ builders: 'x\n'.repeat(600_000) }));
      await problem('IMPORT_INVALID', sent);
    });

    test.each([
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/x-www-form-urlencoded' },
      { 'content-type': 'application/json; charset=koi8-r' },
      { 'content-encoding': 'zstd-like' },
    ])('must be JSON in UTF-8: %j', async (headers) => {
      await problem('UNSUPPORTED_MEDIA_TYPE', post('{}', headers as Record<string, string>));
    });

    test('that is not in its content encoding cannot be read', async () => {
      await problem('MALFORMED_JSON', post('{}', { 'content-encoding': 'gzip' }));
    });

    test('that is missing counts as empty, so each required field is named', async () => {
      expect((await problem('INVALID_INPUT', post(undefined))).fields).toEqual(['url', 'events']);
    });

    test('says that a field is required, also where only some values are allowed', async () => {
      const set = (policy: object) => send('POST', '/conversation-policies', JSON.stringify(policy));
      const missing = await problem('INVALID_INPUT', set({ pattern: 'acme/*', action: 'keep' }));
      expect(missing.document.errors).toEqual([{ field: 'scope', message: 'is required' }]);
      const wrong = await problem('INVALID_INPUT', set({ pattern: 'acme/*', action: 'keep', scope: 'all' }));
      expect(wrong.document.errors).toEqual([{ field: 'scope', message: 'must be one of repository, path' }]);
    });

    test('names each field of a wrong type and echoes no value', async () => {
      const sent = post(JSON.stringify({ url: 'SENSITIVE', events: ['SENSITIVE', 7, null] }));
      const { document, fields } = await problem('INVALID_INPUT', sent);
      expect(fields).toEqual(['url', 'events.0', 'events.1', 'events.2']);
      expect(JSON.stringify(document)).not.toContain('SENSITIVE');
      expect(document.detail).toMatch(/^url: .* \(and 3 more\)$/);
    });

    test.each([{ url: null }, { url: 5 }, { url: ['http://x'] }, { url: {} }, { url: true }])(
      'refuses %j',
      async (input) => {
        const { fields } = await problem(
          'INVALID_INPUT',
          post(JSON.stringify({ events: ['evaluation.run.completed'], ...input })),
        );
        expect(fields).toEqual(['url']);
      },
    );

    test.each(['extra', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'endpointId'])(
      'has no field %s',
      async (name) => {
        const body = `{"url":"http://127.0.0.1:9/","events":["evaluation.run.completed"],"${name}":{"admin":true}}`;
        expect((await problem('INVALID_INPUT', post(body))).fields).toEqual([name]);
      },
    );

    test('cannot carry a path parameter', async () => {
      const sent = send('POST', `/evaluations/${UUID}/notified`, JSON.stringify({ evaluationId: UUID }));
      expect((await problem('INVALID_INPUT', sent)).fields).toEqual(['evaluationId']);
    });

    test('with hundreds of faults lists fifty', async () => {
      const sent = post(JSON.stringify({ url: 'http://x', events: Array.from({ length: 300 }, () => 'no') }));
      const { document } = await problem('INVALID_INPUT', sent);
      expect(document.errors).toHaveLength(50);
      expect(document.detail).toContain('(and 299 more)');
    });
  });

  describe('a query', () => {
    test.each([
      ['limit=1&limit=2', 'limit'],
      ['limit=', 'limit'],
      ['limit=1e9', 'limit'],
      ['limit=NaN', 'limit'],
      ['status=active&status=left', 'status'],
      ['search[$ne]=1', 'search[$ne]'],
      ['nope=1', 'nope'],
      ['__proto__=1', '__proto__'],
      ['__proto__[limit]=1', '__proto__[limit]'],
      ['search=%00', '(input)'],
    ])('%s is refused by name', async (query, field) => {
      expect((await problem('INVALID_INPUT', send('GET', `/builders?${query}`))).fields).toEqual([field]);
    });

    const cursor = (position: unknown) => Buffer.from(JSON.stringify(position)).toString('base64url');
    test.each([
      ['nonsense', 'nonsense'],
      ['empty', ''],
      ['of another type', cursor(5)],
      ['an object', cursor({ $gt: '' })],
      ['null', cursor(null)],
      ['too deep', Buffer.from('['.repeat(300)).toString('base64url')],
      ['binary', Buffer.from([0xff, 0xfe, 0]).toString('base64url')],
      ['too long', 'x'.repeat(501)],
    ])('with a cursor that is %s is refused', async (_, value) => {
      for (const list of ['/builders', '/projects', '/evaluations/runs', '/webhooks/endpoints']) {
        const sent = send('GET', `${list}?cursor=${encodeURIComponent(value)}`);
        expect((await problem('INVALID_INPUT', sent)).fields).toEqual(['cursor']);
      }
    });

    test('with SQL in a cursor finds what comes after that text', async () => {
      const response = await send('GET', `/builders?cursor=${cursor("' or 1=1; --")}`);
      expect(await response.json()).toEqual({ items: [], nextCursor: null });
    });

    test('with a cursor of another kind of list is refused where ids are UUIDs', async () => {
      await problem('INVALID_INPUT', send('GET', `/webhooks/endpoints?cursor=${cursor('b-0001')}`));
    });
  });

  describe('the reference page', () => {
    const ownPages = ['/docs', '/docs/start.js', '/docs/problems'];

    test.each(ownPages)('%s names nothing outside', async (path) => {
      const response = await send('GET', path, undefined, anonymous);
      expect(response.status).toBe(200);
      expect(await response.text()).not.toMatch(/(https?:)?\/\/\w/);
    });

    test('is where the root leads to', async () => {
      const response = await send('GET', '/');
      expect([response.status, response.headers.get('location')]).toEqual([302, '/docs']);
    });

    test('finds all it links to, and may load nothing from elsewhere', async () => {
      const page = await send('GET', '/docs');
      const policy = page.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'self'");
      expect(policy).not.toContain('http');
      const links = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(
        ([, link]) => link as string,
      );
      expect(links.length).toBe(4);
      for (const link of [...links, '/openapi.json']) expect((await send('GET', link)).status).toBe(200);
      const script = await (await send('GET', '/docs/start.js')).text();
      expect(script).toContain('"url":"/openapi.json"');
      // Operations are filtered, groups are folded, and the key outlives a reload.
      for (const option of ['"filter":true', '"docExpansion":"none"', '"persistAuthorization":true'])
        expect(script).toContain(option);
    });

    test.each(['index.html', 'swagger-initializer.js', '..%2fpackage.json', ''])(
      'has no other asset: %s',
      async (asset) => {
        await problem('NOT_FOUND', send('GET', `/docs/assets/${asset}`));
      },
    );

    test('has a place for the type of every problem', async () => {
      const page = await (await send('GET', '/docs/problems')).text();
      for (const [code, { status, title }] of Object.entries(PROBLEMS)) {
        expect(page).toContain(`id="${code.toLowerCase().replaceAll('_', '-')}"`);
        expect(page).toContain(`<td><code>${code}</code></td><td>${status}</td><td>${title}</td>`);
      }
    });

    test('describes the API under the URL that people use', async () => {
      const document = (await (await send('GET', '/openapi.json')).json()) as {
        openapi: string;
        paths: object;
      };
      expect(document.openapi).toBe('3.1.1');
      expect(Object.keys(document.paths)).toContain('/people/import');
    });
  });
});

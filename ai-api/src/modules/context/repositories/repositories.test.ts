import { randomBytes } from 'node:crypto';
import githubExamples from '@octokit/webhooks-examples' with { type: 'json' };
import { sign } from '@octokit/webhooks-methods';
import { sql } from 'kysely';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { githubPush, gitlabPush, newSha, type PushedCommit, told } from '../../../../test/forge-pushes.ts';
import { type ForgeRecorder, startForgeRecorder } from '../../../../test/forge-recorder.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';

type Connection = Awaited<ReturnType<Client['gitConnection']['create']>>;

describe.each(businessDatabases())('repositories on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let client: Client;
  let forge: ForgeRecorder;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    client = api.client;
    forge = await startForgeRecorder();
  });
  afterAll(async () => {
    await forge.close();
    await api.stop();
    await testDatabase.remove();
  });
  beforeEach(() => {
    forge.fail = null;
    forge.asked.length = 0;
    forge.commits.clear();
    forge.ranges.clear();
  });

  let names = 0;
  const connectTo = (provider: 'github' | 'gitlab', more: object = {}, as = client) =>
    as.gitConnection.create({ provider, name: `${provider} ${++names}`, ...more });

  const post = (path: string, body: string, headers: Record<string, string>) =>
    fetch(`${api.url}${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });

  async function github(
    connection: Connection,
    event: string,
    payload: object,
    key = randomBytes(8).toString('hex'),
  ) {
    const body = JSON.stringify(payload);
    const signature = await sign(connection.webhookSecret, body);
    return post(`/webhooks/github?connection=${connection.connectionId}`, body, {
      'x-github-event': event,
      'x-github-delivery': key,
      'x-hub-signature-256': signature,
    });
  }

  const gitlab = (connection: Connection, payload: object, headers: Record<string, string> = {}) =>
    post(`/webhooks/gitlab?connection=${connection.connectionId}`, JSON.stringify(payload), {
      'x-gitlab-event': 'Push Hook',
      'x-gitlab-token': connection.webhookSecret,
      'x-gitlab-event-uuid': randomBytes(8).toString('hex'),
      ...headers,
    });

  const until = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 20_000, interval: 50 });
  const settled = ({ connectionId }: Connection) =>
    until(async () => {
      const { items } = await client.gitConnection.listDeliveries({ connectionId, limit: 500 });
      expect(items.filter(({ state }) => state === 'queued')).toEqual([]);
      return items;
    });

  test('a webhook whose process ended between its response and its job is processed all the same', async () => {
    const connection = await connectTo('github');
    await github(connection, 'push', githubPush('acme/late', [told('Before')]));
    const [before] = await settled(connection);
    const late = told('Stored and not enqueued', { modified: ['src/late.ts'] });
    await sql`
      update context.git_deliveries set state = 'queued', reason = null, processed_at = null, enqueued_at = null,
        received_at = now() - interval '2 minutes', payload = ${JSON.stringify(githubPush('acme/late', [late]))}
      where id = ${before?.deliveryId}`.execute(
      api.context.database.system('the test leaves what a process that is killed leaves'),
    );
    await api.context.repositories.intake.sweep();
    const [after] = await settled(connection);
    expect(after).toMatchObject({ deliveryId: before?.deliveryId, state: 'processed' });
    const { items } = await client.commit.list({ file: 'src/late.ts' });
    expect(items.map(({ sha }) => sha)).toEqual([late.sha]);
  });

  test('a push of GitHub becomes commits with their files, once, whatever is delivered again', async () => {
    const connection = await connectTo('github');
    const commits = [
      told('Retry uploads', { modified: ['src/upload.ts'] }),
      told("Merge branch 'main' of x"),
      told('Bump lodash', { email: 'dependabot[bot]@users.noreply.github.com' }),
      told('v1.2.3'),
    ];
    const push = githubPush('sample/uploads', commits);
    const first = await github(connection, 'push', push, 'delivery-1');
    expect(first.status).toBe(202);
    expect(await first.json()).toMatchObject({ status: 'queued' });
    const again = await github(connection, 'push', push, 'delivery-1');
    expect([again.status, await again.json()]).toEqual([200, { status: 'duplicate' }]);
    await github(connection, 'push', push, 'delivery-2');
    expect((await settled(connection)).map(({ state }) => state)).toEqual(['processed', 'processed']);

    const [repository] = (await client.repository.list({ search: 'uploads' })).items;
    expect(repository).toMatchObject({ fullName: 'sample/uploads', host: 'github.com', commits: 4 });
    const { items } = await client.commit.list({ repositoryId: repository?.repositoryId });
    expect(items.map(({ kind }) => kind).sort()).toEqual(['bot', 'merge', 'ordinary', 'release']);
    const one = await client.commit.get({ sha: commits[0]?.sha ?? '' });
    expect(one).toMatchObject({
      subject: 'Retry uploads',
      branch: 'main',
      authorEmail: 'ada@example.com',
      authoredAt: '2026-11-10T09:00:00.000Z',
      source: 'push',
      files: [{ path: 'src/upload.ts', change: 'modified', added: null }],
    });
    expect((await client.commit.list({ file: 'src/upload.ts' })).items.map(({ sha }) => sha)).toEqual([
      one.sha,
    ]);
  });

  test('every official example of GitHub is taken or ignored for a reason', async () => {
    const connection = await connectTo('github');
    for (const { name, examples } of githubExamples as unknown as { name: string; examples: object[] }[])
      for (const example of examples.slice(0, name === 'push' ? 20 : 1))
        expect((await github(connection, name, example)).status).toBe(202);
    const deliveries = await settled(connection);
    const states = new Map(deliveries.map(({ event, state, reason }) => [`${event} ${state}`, reason]));
    expect([...states.keys()].filter((key) => !key.endsWith(' ignored')).sort()).toEqual(['push processed']);
    expect(states.get('ping ignored')).toBe('GitHub checked that the webhook works.');
    expect(states.get('push ignored')).toBe('A tag brings no commits.');
    expect((await client.repository.list({ search: 'codertocat/hello-world' })).items).toMatchObject([
      { commits: 1 },
    ]);
    const { items } = await client.gitConnection.list({});
    expect(items.find(({ connectionId }) => connectionId === connection.connectionId)?.lastDeliveryAt).toBe(
      deliveries
        .map(({ receivedAt }) => receivedAt)
        .sort()
        .at(-1),
    );
  }, 120_000);

  test('a form of GitHub is read like JSON', async () => {
    const connection = await connectTo('github');
    const commit = told('From a form');
    const body = new URLSearchParams({
      payload: JSON.stringify(githubPush('sample/form', [commit])),
    }).toString();
    const answer = await post(`/webhooks/github?connection=${connection.connectionId}`, body, {
      'content-type': 'application/x-www-form-urlencoded',
      'x-github-event': 'push',
      'x-github-delivery': 'form',
      'x-hub-signature-256': await sign(connection.webhookSecret, body),
    });
    expect(answer.status).toBe(202);
    await until(async () =>
      expect((await client.commit.get({ sha: commit.sha })).subject).toBe('From a form'),
    );
  });

  test('a wrong signature, a missing one and an unknown connection get the same answer, and leave nothing', async () => {
    const connection = await connectTo('github');
    const other = await connectTo('gitlab');
    const body = JSON.stringify(githubPush('sample/forged', [told('Forged')]));
    const headers = { 'x-github-event': 'push', 'x-github-delivery': 'forged' };
    const signed = { ...headers, 'x-hub-signature-256': await sign('another secret', body) };
    const right = { ...headers, 'x-hub-signature-256': await sign(connection.webhookSecret, body) };
    const at = (id: string, provider = 'github') => `/webhooks/${provider}?connection=${id}`;
    const answers = [
      await post(at(connection.connectionId), body, signed),
      await post(at(connection.connectionId), body, headers),
      await post(at(connection.connectionId), `${body} `, right),
      await post(at('0197a3b0-0000-7000-8000-00000000000f'), body, right),
      await post(at(other.connectionId), body, right),
      await post(at(connection.connectionId, 'gitlab'), body, { 'x-gitlab-token': connection.webhookSecret }),
      await post('/webhooks/github', body, right),
      await post(at("'; drop table x"), body, right),
    ];
    const documents = await Promise.all(answers.map((answer) => answer.json()));
    const [shown] = documents;
    for (const [n, answer] of answers.entries()) {
      expect(answer.status).toBe(401);
      expect(documents[n].detail).toBe(shown.detail);
    }
    expect(await settled(connection)).toEqual([]);
  });

  test('a signed body that is no JSON is refused, and one of another form is kept as failed', async () => {
    const connection = await connectTo('github');
    const body = '{"ref": ';
    const headers = { 'x-github-event': 'push', 'x-github-delivery': 'broken' };
    const signature = await sign(connection.webhookSecret, body);
    const broken = await post(`/webhooks/github?connection=${connection.connectionId}`, body, {
      ...headers,
      'x-hub-signature-256': signature,
    });
    expect(broken.status).toBe(400);
    expect(await broken.json()).toMatchObject({ code: 'MALFORMED_JSON' });
    await github(connection, 'push', { ref: 3 });
    expect(await settled(connection)).toMatchObject([{ state: 'failed' }]);
  });

  test('the previous secret is accepted for a day after a rotation', async () => {
    const connection = await connectTo('github');
    const { webhookSecret } = await client.gitConnection.rotateSecret({
      connectionId: connection.connectionId,
    });
    const ping = { zen: 'Keep it simple.' };
    expect((await github(connection, 'ping', ping)).status).toBe(202);
    expect((await github({ ...connection, webhookSecret }, 'ping', ping)).status).toBe(202);
  });

  test('GitLab is taken by its token, by the signature of newer versions, and as a system hook', async () => {
    const connection = await connectTo('gitlab');
    const byToken = told('By token');
    expect((await gitlab(connection, gitlabPush('group/sub/app', [byToken]))).status).toBe(202);

    const bySignature = told('By signature');
    const body = JSON.stringify(gitlabPush('group/sub/app', [bySignature]));
    const sentAt = new Date();
    const signed = await post(`/webhooks/gitlab?connection=${connection.connectionId}`, body, {
      'x-gitlab-event': 'Push Hook',
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
      'webhook-signature': new Webhook(connection.webhookSecret).sign('msg_1', sentAt, body),
    });
    expect(signed.status).toBe(202);

    const system = told('As a system hook');
    await gitlab(connection, gitlabPush('group/sub/app', [system]), { 'x-gitlab-event': 'System Hook' });
    await gitlab(connection, { event_name: 'project_create' }, { 'x-gitlab-event': 'System Hook' });
    await gitlab(connection, gitlabPush('group/sub/app', [], { after: '0'.repeat(40) }));
    await gitlab(
      connection,
      { ...gitlabPush('group/sub/app', []), ref: 'refs/tags/v1' },
      { 'x-gitlab-event': 'Tag Push Hook' },
    );
    const wrong = await gitlab(connection, gitlabPush('group/sub/app', [told('x')]), {
      'x-gitlab-token': 'no',
    });
    expect(wrong.status).toBe(401);

    const reasons = (await settled(connection)).map(({ event, state, reason }) => [event, state, reason]);
    expect(
      reasons
        .filter(([, state]) => state === 'ignored')
        .map(([, , reason]) => reason)
        .sort(),
    ).toEqual([
      'A tag brings no commits.',
      'The branch was deleted.',
      'The event project_create tells of no commits.',
    ]);
    for (const { sha, message } of [byToken, bySignature, system])
      expect(await client.commit.get({ sha })).toMatchObject({
        subject: message,
        repository: 'group/sub/app',
      });
  });

  test('a GitHub App reads diffs with one installation token, and a cut push is completed by comparing', async () => {
    const { app, apiUrl } = forge;
    const connection = await connectTo('github', { apiUrl, credential: { type: 'github-app', ...app } });
    const [seen, missed] = [told('Seen'), told('Missed')];
    for (const { sha, message, at } of [seen, missed])
      forge.commits.set(sha, {
        sha,
        message,
        author: { name: 'Ada Sample', email: 'ada@example.com', date: at },
        files: [
          {
            filename: 'src/a.ts',
            status: 'modified',
            additions: 1,
            deletions: 1,
            patch: '@@ -1 +1 @@\n-old\n+new',
          },
        ],
      });
    const before = newSha();
    forge.ranges.set(`${before}...${seen.sha}`, [missed.sha, seen.sha]);
    await github(connection, 'push', githubPush('sample/app', [seen], { before }));
    await until(async () => {
      const { items } = await client.commit.list({ author: 'ada', file: 'src/a.ts' });
      const found = items.filter(({ repository }) => repository === 'sample/app');
      expect(found.map(({ subject, added }) => `${subject} ${added}`).sort()).toEqual(['Missed 1', 'Seen 1']);
    });
    expect(forge.asked.filter((path) => path.endsWith('/access_tokens')).length).toBe(1);
  });

  test('a forced push leaves commits behind, and what replaced them is found', async () => {
    const { apiUrl, token } = forge;
    const connection = await connectTo('github', { apiUrl, credential: { type: 'token', token } });
    const base = newSha();
    const old = [
      told('Parse dates', { modified: ['src/dates.ts'], at: '2026-11-11T10:00:00Z' }),
      told('Test dates', { modified: ['src/dates.test.ts'], at: '2026-11-11T10:05:00Z' }),
      told('Name dates', { modified: ['src/dates.ts'], at: '2026-11-11T10:10:00Z' }),
    ];
    await github(connection, 'push', githubPush('sample/rewritten', old));
    await settled(connection);
    const rebased = { ...(old[2] as PushedCommit), sha: newSha() };
    const squash = told('Dates\n\n* Parse dates\n\n* Test dates', {
      modified: ['src/dates.ts', 'src/dates.test.ts'],
      at: '2026-11-12T10:00:00Z',
    });
    forge.ranges.set(
      `${rebased.sha}...${old[2]?.sha}`,
      old.map(({ sha }) => sha),
    );
    forge.ranges.set(`${base}...${rebased.sha}`, []);
    const pushed = githubPush('sample/rewritten', [squash, rebased], { before: old[2]?.sha, forced: true });
    await github(connection, 'push', pushed);
    await until(async () => {
      const [first, second, third] = await Promise.all(old.map(({ sha }) => client.commit.get({ sha })));
      expect(first?.reachable).toBe(false);
      expect(first?.heirs).toEqual([{ sha: squash.sha, how: 'squash' }]);
      expect(second?.heirs).toEqual([{ sha: squash.sha, how: 'squash' }]);
      expect(third?.heirs).toEqual([{ sha: rebased.sha, how: 'same-author-and-time' }]);
    });
    expect((await client.commit.get({ sha: squash.sha })).replaces.map(({ sha }) => sha).sort()).toEqual(
      old
        .slice(0, 2)
        .map(({ sha }) => sha)
        .sort(),
    );
  });

  test('a forge that refuses or fails is named at its connection, and read again later', async () => {
    const { apiUrl } = forge;
    const connection = await connectTo('github', { apiUrl, credential: { type: 'token', token: 'stale' } });
    await github(connection, 'push', githubPush('sample/refused', [told('Refused')]));
    const lastError = () =>
      until(async () => {
        const { items } = await client.gitConnection.list({ limit: 500 });
        const found = items.find(({ connectionId }) => connectionId === connection.connectionId);
        expect(found?.lastError).not.toBeNull();
        return found?.lastError;
      });
    expect(await lastError()).toContain('GitHub refused');
    const update = await client.gitConnection.update({
      connectionId: connection.connectionId,
      credential: { type: 'token', token: forge.token },
    });
    expect(update).toMatchObject({ credential: 'token', lastError: null });
  });

  test('commits of a clone are recorded once, and git tells which were replaced', async () => {
    const [from, to] = [newSha(), newSha()];
    const commit = (sha: string, message: string) => ({
      sha,
      message,
      authoredAt: '2026-11-10T10:00:00+05:30',
      committedAt: '2026-11-10T10:00:00Z',
      files: [{ path: 'a\u0000b.ts', change: 'added' as const, added: 2, deleted: 0 }],
    });
    const given = {
      repository: 'ssh://git@gitlab.example.com:2222/team/local.git',
      commits: [commit(from, 'Draft \ud800 text'), commit(to, 'Final')],
      rewrites: [{ from, to }],
    };
    expect(await client.commit.record(given)).toMatchObject({ recorded: 2, unchanged: 0 });
    expect(await client.commit.record(given)).toMatchObject({ recorded: 0, unchanged: 2 });
    const draft = await client.commit.get({ sha: from });
    expect(draft).toMatchObject({
      repository: 'team/local',
      added: 2,
      heirs: [{ sha: to, how: expect.any(String) }],
    });
    expect(draft.files[0]?.path).toBe('ab.ts');
    await expect(client.commit.record({ ...given, repository: 'nowhere' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  test('two companies with the same repository never meet', async () => {
    const tenantId = await api.context.identity.ensureTenant('Another company');
    const key = `aim_othertst_${'fedcba9876543210'.repeat(3)}`;
    await api.context.identity.ensureKey(tenantId, 'other', key, ['admin']);
    const other = createClient(resources, { baseUrl: api.url, apiKey: key });
    const [mine, theirs] = [await connectTo('github'), await connectTo('github', {}, other)];
    const commit = told('Shared history');
    const push = githubPush('sample/shared', [commit]);
    await github(mine, 'push', push);
    await settled(mine);
    await expect(other.commit.get({ sha: commit.sha })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await github(theirs, 'push', push);
    const seen = await until(() => other.commit.get({ sha: commit.sha }));
    expect(seen.repositoryId).not.toBe((await client.commit.get({ sha: commit.sha })).repositoryId);
    expect((await other.repository.list({})).items).toHaveLength(1);
    const forged = await github({ ...theirs, webhookSecret: mine.webhookSecret }, 'push', push);
    expect(forged.status).toBe(401);
  });
});

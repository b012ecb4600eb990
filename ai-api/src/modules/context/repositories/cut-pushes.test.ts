import { randomBytes } from 'node:crypto';
import { sign } from '@octokit/webhooks-methods';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { githubPush, gitlabPush, type PushedCommit, told } from '../../../../test/forge-pushes.ts';
import { type ForgeRecorder, startForgeRecorder } from '../../../../test/forge-recorder.ts';
import type { Client } from '../../../catalogue/client.ts';

type Connection = Awaited<ReturnType<Client['gitConnection']['create']>>;

const CUT = 'The push was cut; the rest is read from the forge.';

/** Commits whose files differ, so that none is taken for another one rewritten. */
const many = (count: number, name: string): PushedCommit[] =>
  Array.from({ length: count }, (_, n) =>
    told(`${name} ${n}`, {
      modified: [`src/${name}-${n}.ts`],
      at: new Date(Date.parse('2026-11-10T09:00:00Z') + n * 1_000).toISOString(),
    }),
  );

describe.each(businessDatabases())('pushes that a forge cut on $name', ({ create }) => {
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
    forge.asked.length = 0;
    forge.commits.clear();
    forge.ranges.clear();
  });

  const connectTo = (provider: 'github' | 'gitlab') =>
    client.gitConnection.create({
      provider,
      name: `${provider} ${randomBytes(4).toString('hex')}`,
      apiUrl: forge.apiUrl,
      credential: { type: 'token', token: forge.token },
    });

  async function push({ provider, connectionId, webhookSecret }: Connection, payload: object): Promise<void> {
    const body = JSON.stringify(payload);
    const key = randomBytes(8).toString('hex');
    const headers: Record<string, string> =
      provider === 'github'
        ? {
            'x-github-event': 'push',
            'x-github-delivery': key,
            'x-hub-signature-256': await sign(webhookSecret, body),
          }
        : {
            'x-gitlab-event': 'Push Hook',
            'x-gitlab-token': webhookSecret,
            'x-gitlab-event-uuid': key,
          };
    const answer = await fetch(`${api.url}/webhooks/${provider}?connection=${connectionId}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
    expect(answer.status).toBe(202);
  }

  const until = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 90_000, interval: 100 });
  /** What the newest delivery of a connection came to. */
  const processed = ({ connectionId }: Connection, count: number) =>
    until(async () => {
      const { items } = await client.gitConnection.listDeliveries({ connectionId, limit: 500 });
      expect(items.filter(({ state }) => state === 'processed')).toHaveLength(count);
      return items.toSorted((a, b) => (a.receivedAt < b.receivedAt ? 1 : -1))[0];
    });

  /** Has the forge know a commit that no push lists. */
  const leaveOut = ({ sha, message, at, email }: PushedCommit) =>
    forge.commits.set(sha, {
      sha,
      message,
      author: { name: 'Ada Sample', email, date: at },
      files: [{ filename: 'src/left-out.ts', status: 'modified', additions: 1, deletions: 0 }],
    });
  const compared = () => forge.asked.filter((path) => path.includes('/compare'));

  /** A first push, so that the commit before the next one is known and only the limit has the forge compared. */
  async function start(
    connection: Connection,
    pushOf: typeof githubPush | typeof gitlabPush,
    repository: string,
  ): Promise<string> {
    const first = told('First', { modified: ['README.md'] });
    await push(connection, pushOf(repository, [first]));
    await processed(connection, 1);
    return first.sha;
  }

  test('GitLab lists 20 commits of 25: the other five are read by comparing', async () => {
    const connection = await connectTo('gitlab');
    const before = await start(connection, gitlabPush, 'group/limits');
    const commits = many(25, 'gitlab');
    const [leftOut, listed] = [commits.slice(0, 5), commits.slice(5)];
    for (const commit of leftOut) leaveOut(commit);
    const after = listed.at(-1)?.sha as string;
    forge.ranges.set(
      `${before}...${after}`,
      commits.map(({ sha }) => sha),
    );
    forge.ranges.set(`${after}...${before}`, []);
    await push(connection, gitlabPush('group/limits', listed, { before, total_commits_count: 25 }));
    expect((await processed(connection, 2))?.reason).toBe(CUT);
    for (const { sha, message } of leftOut)
      await until(async () =>
        expect(await client.commit.get({ sha })).toMatchObject({ subject: message, source: 'api' }),
      );
    expect(compared().filter((path) => path.endsWith(`from=${before}&to=${after}`))).toHaveLength(1);
  });

  test('GitLab lists all 20 commits: nothing is missing, and nothing is compared for it', async () => {
    const connection = await connectTo('gitlab');
    const before = await start(connection, gitlabPush, 'group/whole');
    const commits = many(20, 'whole');
    const after = commits.at(-1)?.sha as string;
    forge.ranges.set(`${after}...${before}`, []);
    await push(connection, gitlabPush('group/whole', commits, { before }));
    expect((await processed(connection, 2))?.reason).toBeNull();
    // A push of GitLab does not say whether it was forced: that is what the other direction is compared for.
    await until(() => expect(compared().filter((path) => path.endsWith(`to=${before}`))).toHaveLength(1));
    expect(compared().filter((path) => path.endsWith(`to=${after}`))).toEqual([]);
  });

  test('GitHub lists 2,048 commits, its most: what may be beyond them is read by comparing', async () => {
    const connection = await connectTo('github');
    const before = await start(connection, githubPush, 'sample/limits');
    const leftOut = told('Beyond the limit', { modified: ['src/beyond.ts'] });
    leaveOut(leftOut);
    const commits = many(2_048, 'github');
    const after = commits.at(-1)?.sha as string;
    forge.ranges.set(`${before}...${after}`, [leftOut.sha]);
    await push(connection, githubPush('sample/limits', commits, { before }));
    expect((await processed(connection, 2))?.reason).toBe(CUT);
    await until(async () =>
      expect(await client.commit.get({ sha: leftOut.sha })).toMatchObject({
        subject: 'Beyond the limit',
        source: 'api',
      }),
    );
    const [repository] = (await client.repository.list({ search: 'sample/limits' })).items;
    expect(repository?.commits).toBe(2_050);
    expect(compared()).toHaveLength(1);
  });

  test('without a credential the delivery says that the push was cut', async () => {
    const connection = await client.gitConnection.create({ provider: 'gitlab', name: 'no credential' });
    await push(connection, gitlabPush('group/alone', many(20, 'alone'), { total_commits_count: 21 }));
    expect((await processed(connection, 1))?.reason).toBe(
      'The push was cut, and there is no credential to read the rest.',
    );
  });
});

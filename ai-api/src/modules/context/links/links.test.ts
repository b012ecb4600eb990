import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';

const newSha = () => randomBytes(20).toString('hex');
const minutes = (from: string, more: number) => new Date(Date.parse(from) + more * 60_000).toISOString();

const START = '2026-11-20T09:00:00.000Z';
/** What is written in a test: its own, since the same change again is taken for a commit that replaces the first. */
let written = '';
const before = () => `const tries = 1; // ${written}\nsend(once, '${written}');`;
const after = () => `const tries = 5; // ${written}\nsend(withBackoff(tries), '${written}');`;
const patch = () => `@@ -1,2 +1,2 @@\n-${before().replace('\n', '\n-')}\n+${after().replace('\n', '\n+')}`;

interface Talk {
  repository?: string | null;
  branch?: string;
  start?: string;
  file?: string;
  said?: string;
  commits?: { sha: string; kind: 'made' | 'head' | 'pull-request'; messageId?: string }[];
  sessionId?: string;
  private?: boolean;
}

describe.each(businessDatabases())('links on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let client: Client;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    client = api.client;
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  beforeEach(() => {
    written = newSha();
  });

  let talks = 0;
  async function talk(given: Talk, as = client): Promise<string> {
    const { start = START, file = '/home/ada/otter/src/upload.ts' } = given;
    const { id } = await as.conversation.create({
      tool: 'claude-code',
      sessionId: given.sessionId ?? `session-${++talks}`,
      repository: given.repository === undefined ? 'github.com/sample/otter' : given.repository,
      branch: given.branch ?? 'main',
      startedAt: start,
      private: given.private,
      commits: given.commits ?? [],
      messages: [
        { id: 'q', author: 'human', text: given.said ?? 'Make the upload retry with backoff', at: start },
        {
          id: 'a',
          author: 'assistant',
          text: 'Done.',
          at: minutes(start, 10),
          toolCalls: [
            {
              name: 'Edit',
              action: 'edit',
              edits: [
                {
                  path: file,
                  before: before(),
                  after: after(),
                },
              ],
            },
          ],
        },
      ],
    });
    return id;
  }

  async function commit(
    given: {
      sha?: string;
      message?: string;
      at?: string;
      files?: { path: string; patch?: string }[];
      repository?: string;
      parents?: string[];
    } = {},
    as = client,
  ): Promise<string> {
    const sha = given.sha ?? newSha();
    const at = given.at ?? minutes(START, 15);
    await as.commit.record({
      repository: given.repository ?? 'https://github.com/sample/otter.git',
      commits: [
        {
          sha,
          message: given.message ?? 'Retry uploads with backoff',
          authoredAt: at,
          committedAt: at,
          branch: 'main',
          parents: given.parents ?? [],
          files: (given.files ?? [{ path: 'src/upload.ts', patch: patch() }]).map((file) => ({
            change: 'modified' as const,
            ...file,
          })),
        },
      ],
    });
    return sha;
  }

  const until = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 20_000, interval: 50 });
  const linksOf = async (sha: string, as = client) => (await as.link.ofCommit({ sha })).items;
  const link = (sha: string) =>
    until(async () => {
      const [found] = await linksOf(sha);
      expect(found).toBeDefined();
      return found as NonNullable<typeof found>;
    });
  /** Waits until everything that was queued is done. */
  const quiet = () =>
    until(async () => {
      const { items } = await client.job.queues({});
      const busy = items.filter(
        ({ queue, depth, running }) => queue.startsWith('links.') && depth + running > 0,
      );
      expect(busy).toEqual([]);
    });

  test('a commit that the conversation printed is certain, and confirms itself', async () => {
    const sha = newSha();
    const conversationId = await talk({ commits: [{ sha: sha.slice(0, 7), kind: 'made', messageId: 'a' }] });
    await commit({ sha });
    expect(await link(sha)).toMatchObject({
      level: 'certain',
      status: 'confirmed',
      conversation: { conversationId },
      decidedBy: null,
    });
    const [ofConversation] = (await client.link.ofConversation({ conversationId })).items;
    expect(ofConversation?.commit.sha).toBe(sha);
  });

  test('a commit whose trailer names the session is certain, in whichever order they come', async () => {
    const sha = await commit({
      message: 'Unrelated words\n\nClaude-Session: https://claude.ai/code/session_0123456789abcdef',
      at: minutes(START, 60 * 24 * 5),
      files: [{ path: 'docs/other.md' }],
    });
    await talk({ sessionId: '0123456789abcdef' });
    expect(await link(sha)).toMatchObject({ level: 'certain', status: 'confirmed' });
  });

  test('what was written in time is probable, with reasons and the message that shows it', async () => {
    const start = '2026-10-05T09:00:00.000Z';
    const conversationId = await talk({ start });
    const sha = await commit({ at: minutes(start, 20) });
    const found = await link(sha);
    expect(found).toMatchObject({ level: 'probable', status: 'suggested', conversation: { conversationId } });
    expect(found.reasons.map(({ signal }) => signal)).toEqual(
      expect.arrayContaining(['text', 'files', 'time']),
    );
    const { items } = await client.conversation.listMessages({ conversationId });
    expect(found.messageId).toBe(items.find(({ author }) => author === 'assistant')?.id);
    const why = await client.link.why({ sha, file: 'src/upload.ts', line: `  ${after().split('\n')[1]}` });
    expect(why.items).toMatchObject([{ conversationId, messageId: found.messageId, match: 'line' }]);
  });

  test('merges, bots, other repositories, other files and far times are linked with nothing', async () => {
    const start = '2026-09-07T09:00:00.000Z';
    await talk({ start });
    const nothing = await Promise.all([
      commit({ at: minutes(start, 12), message: "Merge branch 'x' into main" }),
      commit({ at: minutes(start, 13), message: 'v2.0.1' }),
      commit({ at: minutes(start, 14), repository: 'github.com/sample/heron' }),
      commit({
        at: minutes(start, 15),
        message: 'Draw icons',
        files: [{ path: 'icons/a.svg', patch: '@@ -0,0 +1 @@\n+<svg a="1"/>' }],
      }),
      commit({ at: minutes(start, 60 * 24 * 20) }),
      commit({ at: minutes(start, -60 * 24) }),
    ]);
    await quiet();
    for (const sha of nothing) expect(await linksOf(sha)).toEqual([]);
  });

  test('people confirm, reject and add; a rejected pair never returns, and looking again keeps what they decided', async () => {
    const start = '2026-08-03T09:00:00.000Z';
    const [right, wrong] = [
      await talk({ start }),
      await talk({ start: minutes(start, 30), repository: null }),
    ];
    const sha = await commit({ at: minutes(start, 20) });
    const added = await commit({
      at: minutes(start, 60 * 24 * 9),
      message: 'Elsewhere',
      files: [{ path: 'x.md' }],
    });
    const suggested = await until(async () => {
      const found = (await linksOf(sha)).find(({ conversation }) => conversation.conversationId === right);
      expect(found).toBeDefined();
      return found as NonNullable<typeof found>;
    });
    const reason = 'Another person wrote this by hand.';
    expect(await client.link.reject({ linkId: suggested.linkId, reason })).toMatchObject({
      status: 'rejected',
    });
    await talk({ start, sessionId: 'grows', repository: null });
    await client.link.find({ days: 365 });
    await quiet();
    const again = (await linksOf(sha)).map(({ conversation }) => conversation.conversationId);
    expect(again).not.toContain(right);
    const made = await client.link.add({
      conversationId: wrong,
      sha: added,
      reason: 'It was planned there.',
    });
    expect(made).toMatchObject({ level: 'added', status: 'confirmed', score: null });
    await client.link.find({ days: 365 });
    await quiet();
    expect(await linksOf(added)).toMatchObject([{ linkId: made.linkId, status: 'confirmed' }]);
    const { items } = await client.rule.list({ kind: 'commit-link' });
    expect(items.length).toBeGreaterThan(20);
  });

  test('a squash of three linked commits keeps three links', async () => {
    const start = '2026-07-06T09:00:00.000Z';
    const originals = ['Parse dates', 'Test dates', 'Name dates'].map((message) => ({
      message,
      sha: newSha(),
    }));
    const conversations: string[] = [];
    for (const [n, { sha, message }] of originals.entries()) {
      written = sha;
      conversations.push(
        await talk({ start: minutes(start, n * 60), said: message, commits: [{ sha, kind: 'made' }] }),
      );
      await commit({ sha, message, at: minutes(start, n * 60 + 15) });
      await link(sha);
    }
    written = 'all of them';
    const squash = await commit({
      message: `Dates (#12)\n\n${originals.map(({ message }) => `* ${message}`).join('\n\n')}`,
      at: minutes(start, 60 * 30),
    });
    await until(async () => {
      const found = await linksOf(squash);
      expect(found.map(({ conversation }) => conversation.conversationId).sort()).toEqual(
        conversations.sort(),
      );
      for (const one of found) expect(one).toMatchObject({ level: 'certain', status: 'confirmed' });
    });
  });

  test('links of a private conversation are seen by its owner alone, and companies never meet', async () => {
    const sha = newSha();
    const key = `aim_linkpriv_${'fedcba9876543210'.repeat(3)}`;
    const { tenantId } = await client.identity.whoami({});
    await api.context.identity.ensureKey(tenantId, 'a colleague', key, ['builder']);
    const colleague = createClient(resources, { baseUrl: api.url, apiKey: key });
    await talk({ private: true, commits: [{ sha, kind: 'made' }] });
    // A minute of its own: a commit of one author, time and subject is taken for the same, rewritten.
    const at = minutes(START, 17);
    await commit({ sha, at });
    const { linkId } = await link(sha);
    expect(await linksOf(sha, colleague)).toEqual([]);
    await expect(colleague.link.confirm({ linkId })).rejects.toMatchObject({ code: 'NOT_FOUND' });

    const otherTenant = await api.context.identity.ensureTenant('Another company');
    const otherKey = `aim_linkothr_${'fedcba9876543210'.repeat(3)}`;
    await api.context.identity.ensureKey(otherTenant, 'other', otherKey, ['admin']);
    const other = createClient(resources, { baseUrl: api.url, apiKey: otherKey });
    await commit({ sha, at }, other);
    await quiet();
    expect(await linksOf(sha, other)).toEqual([]);
    await expect(other.link.confirm({ linkId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { staff } from '../../../../test/staff.ts';
import type { Client } from '../../../catalogue/client.ts';

const REPOSITORY = 'https://github.com/sample/otter.git';
const newSha = () => randomBytes(20).toString('hex');

describe.each(businessDatabases())('provenance on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let ada: Client;
  let bob: Client;
  const sha = newSha();
  const text = 'const tries = 5;\nsend(withBackoff(tries));';
  let conversationId = '';

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    ada = await staff(api, 'ada@people.example', ['builder'], 'Ada');
    bob = await staff(api, 'bob@people.example', ['builder'], 'Bob');
    const at = new Date(Date.now() - 3_600_000).toISOString();
    conversationId = await talk(ada, 'session-of-ada', at, text, [{ sha, kind: 'made' }]);
    await record(ada, sha, at, text);
    await until(async () => expect((await ada.link.ofCommit({ sha })).items).toHaveLength(1));
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const until = <T>(look: () => Promise<T>) => vi.waitFor(look, { timeout: 20_000, interval: 50 });

  async function talk(
    client: Client,
    sessionId: string,
    at: string,
    after: string,
    commits: { sha: string; kind: 'made' }[] = [],
    isPrivate = false,
  ): Promise<string> {
    const { id } = await client.conversation.create({
      tool: 'claude-code',
      sessionId,
      repository: 'github.com/sample/otter',
      startedAt: at,
      private: isPrivate,
      commits,
      messages: [
        { id: 'q', author: 'human', text: `Retry uploads, ${sessionId}`, at },
        {
          id: 'a',
          author: 'assistant',
          text: 'Done.',
          at,
          toolCalls: [
            { name: 'Edit', action: 'edit', edits: [{ path: '/home/ada/otter/src/upload.ts', after }] },
          ],
        },
      ],
    });
    return id;
  }

  const record = (client: Client, id: string, at: string, added: string, note?: string) =>
    client.commit.record({
      repository: REPOSITORY,
      commits: [
        {
          sha: id,
          message: `Change ${id.slice(0, 8)}`,
          authorName: 'Ada',
          authorEmail: 'Ada@People.example',
          authoredAt: at,
          committedAt: at,
          note,
          files: [
            {
              path: 'src/upload.ts',
              change: 'modified',
              patch: `@@ -4,0 +5,2 @@\n${added
                .split('\n')
                .map((line) => `+${line}`)
                .join('\n')}`,
            },
          ],
        },
      ],
    });

  test('lines lead to the conversation and message that wrote them, by text, by number and as a whole file', async () => {
    const { items } = await ada.conversation.listMessages({ conversationId });
    const messageId = items.find(({ author }) => author === 'assistant')?.id;
    const lines = text
      .split('\n')
      .map((line, n) => ({ sha, file: 'src/upload.ts', number: 5 + n, text: line }));
    const found = await ada.provenance.blame({
      repository: REPOSITORY,
      lines: [...lines, { sha: newSha(), file: 'src/upload.ts', number: 1, text: 'another' }],
    });
    expect(found.origins).toMatchObject([
      {
        conversationId,
        messageId,
        tool: 'claude-code',
        author: 'Ada',
        level: 'certain',
        status: 'confirmed',
      },
    ]);
    expect(found.lines).toEqual([
      { origin: 0, match: 'line' },
      { origin: 0, match: 'line' },
      { origin: null, match: null },
    ]);
    const why = await ada.link.why({ sha, file: 'src/upload.ts', lineNumber: 6 });
    expect(why.items).toMatchObject([{ conversationId, messageId, match: 'line' }]);
    const of = (asked: object) => ada.link.ofCommit({ sha, file: 'src/upload.ts', ...asked });
    expect((await of({ lineNumber: 5 })).items).toHaveLength(1);
    expect((await of({ line: 'something else' })).items).toEqual([]);
    // White space inside of a line is compared as everywhere.
    expect((await of({ line: ' const  tries =\t5; ' })).items).toHaveLength(1);
    for (const asked of [{}, { lineNumber: 900 }, { line: '  ' }, { file: 'src/other.ts', lineNumber: 5 }])
      await expect(ada.link.why({ sha, file: 'src/upload.ts', ...asked })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      });
    await expect(of({ lineNumber: 900 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('a trace of a commit is written, and read again it proves the link of another company’s clone', async () => {
    const trace = await ada.provenance.trace({ sha });
    expect(trace).toMatchObject({
      version: '0.1.0',
      vcs: { type: 'git', revision: sha },
      files: [{ path: 'src/upload.ts', conversations: [{ ranges: [{ start_line: 5, end_line: 6 }] }] }],
    });
    const copy = newSha();
    await record(ada, copy, '2026-03-02T09:00:00Z', 'unrelated();');
    const known = { ...trace, id: crypto.randomUUID(), vcs: { type: 'git', revision: copy } };
    const unknown = { ...known, id: crypto.randomUUID(), vcs: { type: 'git', revision: newSha() } };
    const [file] = known.files as [(typeof known.files)[number]];
    const [one] = file.conversations as [(typeof file.conversations)[number]];
    const within = (conversation: Partial<typeof one>) => ({
      ...known,
      id: crypto.randomUUID(),
      files: [{ ...file, conversations: [{ ...one, ...conversation }] }],
    });
    const unnamed = within({ url: undefined });
    expect(
      await ada.commit.recordTraces({ repository: REPOSITORY, traces: [known, unknown, unnamed] }),
    ).toEqual({ recorded: 1, unknown: [unknown.id], unnamed: [unnamed.id] });
    // Two uploads at once that say more of the same session add to the first.
    await Promise.all(
      [7, 9].map((at) =>
        ada.commit.recordTraces({
          repository: REPOSITORY,
          traces: [within({ ranges: [{ start_line: at, end_line: at }] })],
        }),
      ),
    );
    const stored = await api.context.database
      .system('the test reads what is stored')
      .selectFrom('context.attributions')
      .innerJoin('context.commits', 'context.commits.id', 'commit_id')
      .select('files')
      .where('sha', '=', copy)
      .execute();
    expect(stored.map(({ files }) => files)).toEqual([
      [
        {
          path: 'src/upload.ts',
          ranges: [
            [5, 7],
            [9, 9],
          ],
        },
      ],
    ]);
    const backwards = within({ ranges: [{ start_line: 9, end_line: 3 }] });
    const tooMany = within({ ranges: Array(5_000).fill({ start_line: 1, end_line: 1 }) });
    tooMany.files = Array(5).fill(tooMany.files[0]);
    for (const trace of [backwards, tooMany])
      await expect(
        ada.commit.recordTraces({ repository: REPOSITORY, traces: [trace] }),
      ).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await until(async () =>
      expect((await ada.link.ofCommit({ sha: copy })).items).toMatchObject([
        { level: 'certain', conversation: { conversationId } },
      ]),
    );
  });

  test('an authorship note that comes after its commit makes the link certain', async () => {
    const noted = newSha();
    const at = '2026-02-02T09:00:00Z';
    await record(ada, noted, at, 'plainly();');
    const note = `src/upload.ts\n  s_c9883b05a2487d::t_9f8e7d6c5b4a32 5\n---\n${JSON.stringify({
      schema_version: 'authorship/3.0.0',
      base_commit_sha: noted,
      prompts: {},
      sessions: { s_c9883b05a2487d: { agent_id: { tool: 'claude', id: 'session-of-ada', model: 'm' } } },
    })}`;
    expect(await record(ada, noted, at, 'plainly();', note)).toMatchObject({ recorded: 0, attributed: 1 });
    await until(async () =>
      expect((await ada.link.ofCommit({ sha: noted })).items).toMatchObject([{ level: 'certain' }]),
    );
    const line = { sha: noted, file: 'src/upload.ts', number: 5, text: 'plainly();' };
    expect((await ada.provenance.blame({ lines: [line] })).lines).toEqual([
      { origin: 0, match: 'attributed' },
    ]);
    const replaced = note.replaceAll('session-of-ada', 'session-of-no-one');
    expect(await record(ada, noted, at, 'plainly();', replaced)).toMatchObject({ attributed: 1 });
    const { rows } = await sql<{ session: string }>`
      select session_id as session from context.attributions
      join context.commits on commits.id = attributions.commit_id where sha = ${noted}`.execute(
      api.context.database.system('the test looks behind the API'),
    );
    expect(rows.map(({ session }) => session)).toEqual(['session-of-no-one']);
  });

  test('the timeline has conversations and commits with their links, in pages, without what is private', async () => {
    const secret = newSha();
    const at = new Date(Date.now() - 60_000).toISOString();
    const hidden = await talk(ada, 'private-one', at, 'hidden();', [{ sha: secret, kind: 'made' }], true);
    await record(ada, secret, at, 'hidden();');
    await until(async () => expect((await ada.link.ofCommit({ sha: secret })).items).toHaveLength(1));
    const mine = await ada.provenance.timeline({ mine: true });
    const entry = mine.items.find(({ id }) => id === conversationId);
    expect(entry).toMatchObject({ type: 'conversation', tool: 'claude-code', person: 'Ada' });
    expect(entry?.links).toEqual(
      expect.arrayContaining([expect.objectContaining({ sha, status: 'confirmed', conversationId })]),
    );
    expect(mine.items.find((one) => one.sha === sha)).toMatchObject({
      type: 'commit',
      repository: 'sample/otter',
    });
    const seen: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await bob.provenance.timeline({ limit: 2, cursor });
      seen.push(...page.items.map(({ id }) => id));
      expect(page.items.every(({ links }) => links.every((one) => one.conversationId !== hidden))).toBe(true);
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toContain(conversationId);
    expect(seen).not.toContain(hidden);
    expect((await bob.provenance.timeline({ mine: true })).items).toEqual([]);
    const line = { sha: secret, file: 'src/upload.ts', number: 5, text: 'hidden();' };
    expect((await bob.provenance.blame({ lines: [line] })).origins).toEqual([]);
    expect((await ada.provenance.blame({ lines: [line] })).origins).toMatchObject([
      { conversationId: hidden },
    ]);
  });

  test('contributions count the caller’s own, or those of a repository, by day', async () => {
    const sum = (days: { commits: number; conversations: number; linkedCommits: number }[]) =>
      days.reduce((total, day) => total + day.commits + day.conversations + day.linkedCommits, 0);
    const own = (await ada.provenance.contributions({ days: 7 })).days;
    expect(own).toHaveLength(7);
    expect(sum(own)).toBeGreaterThanOrEqual(6);
    expect(sum((await bob.provenance.contributions({ days: 7 })).days)).toBe(0);
    const { items } = await bob.repository.list({});
    const { repositoryId } = items[0] as (typeof items)[number];
    const ofRepository = async (client: Client) =>
      (await client.provenance.contributions({ repositoryId, days: 7 })).days;
    expect(sum(await ofRepository(bob))).toBeGreaterThanOrEqual(4);
    // A link of a private conversation is counted for its owner alone.
    const linked = async (client: Client) =>
      (await ofRepository(client)).reduce((total, day) => total + day.linkedCommits, 0);
    expect([await linked(ada), await linked(bob)]).toEqual([2, 1]);
  });

  test('secrets in messages, diffs, notes and traces of commits are removed before they are stored', async () => {
    const leaked = newSha();
    const token = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
    const at = '2026-01-02T09:00:00Z';
    const note = `src/${token}.ts\n  s_c9883b05a2487d 5\n---\n${JSON.stringify({
      schema_version: 'authorship/3.0.0',
      sessions: { s_c9883b05a2487d: { agent_id: { tool: `claude ${token}`, id: 'session-of-note' } } },
    })}`;
    await ada.commit.record({
      repository: REPOSITORY,
      commits: [
        {
          sha: leaked,
          message: `Use ${token}`,
          authoredAt: at,
          committedAt: at,
          note,
          files: [
            {
              path: 'src/upload.ts',
              change: 'modified',
              patch: `@@ -4,0 +5 @@\n+const key = "${token}";`,
            },
          ],
        },
      ],
    });
    const conversation = {
      url: `https://ai.example/${token}`,
      ranges: [{ start_line: 5, end_line: 5 }],
    };
    await ada.commit.recordTraces({
      repository: REPOSITORY,
      traces: [
        {
          version: '0.1.0',
          id: crypto.randomUUID(),
          timestamp: at,
          vcs: { type: 'git', revision: leaked },
          tool: { name: `cursor ${token}` },
          files: [{ path: `src/${token}.ts`, conversations: [conversation] }],
        },
      ],
    });
    const owner = api.context.database.system('the test reads what is stored');
    const commits = await owner.selectFrom('context.commits').selectAll().where('sha', '=', leaked).execute();
    const ids = commits.map(({ id }) => id);
    const files = await owner
      .selectFrom('context.commit_files')
      .selectAll()
      .where('commit_id', 'in', ids)
      .execute();
    const attributions = await owner
      .selectFrom('context.attributions')
      .selectAll()
      .where('commit_id', 'in', ids)
      .execute();
    expect([commits.length, files.length, attributions.length]).toEqual([1, 1, 2]);
    const stored = JSON.stringify([commits, files, attributions]);
    expect(stored).not.toContain(token);
    expect(stored.match(/\[redacted:github-token\]/g)).toHaveLength(7);
  });
});

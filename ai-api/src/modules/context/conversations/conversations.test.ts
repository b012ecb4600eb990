import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { connect } from '../../../../test/followers.ts';
import { refusal } from '../../../../test/people.ts';
import { everyItem } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import type { Client } from '../../../catalogue/client.ts';

const SECRET = `AKIA${'Q'.repeat(8)}${'7'.repeat(8)}`;
const uuid = (number: number) => `0f000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** A transcript of Claude Code, a line for each record. */
function transcript(sessionId: string, records: readonly number[], cwd = '/home/quill/shop'): string {
  return records
    .map((number) => {
      const isHuman = number % 2 === 1;
      return JSON.stringify({
        type: isHuman ? 'user' : 'assistant',
        uuid: uuid(number),
        parentUuid: number === 1 ? null : uuid(number - 1),
        sessionId,
        cwd,
        gitBranch: 'main',
        version: '2.1.0',
        timestamp: new Date(Date.UTC(2026, 9, 1, 9, number)).toISOString(),
        message: isHuman
          ? { role: 'user', content: `Question ${number}: why does the lantern queue drop letters?` }
          : {
              id: `msg_${sessionId}_${number}`,
              role: 'assistant',
              model: 'claude-sonnet-4-5',
              content: [
                {
                  type: 'text',
                  text: `Answer ${number}: the lantern loop in drainLetters() is not awaited.`,
                },
              ],
              usage: { input_tokens: 10, output_tokens: 20 },
            },
      });
    })
    .join('\n');
}

describe.each(businessDatabases())('conversations on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let client: Client;
  let quill: Client;
  let bramble: Client;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    client = api.client;
    quill = await staff(api, 'quill@people.example', ['builder'], 'quill');
    bramble = await staff(api, 'bramble@people.example', ['builder'], 'bramble');
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const importText = (who: Client, text: string, options = {}) =>
    who.conversation.import({ files: [{ name: 'session.jsonl', base64: base64(text) }], ...options });
  const messagesOf = (who: Client, conversationId: string) =>
    everyItem((page) => who.conversation.listMessages({ conversationId, limit: 3, ...page }));

  test('is saved at once, redacted, and continued by the same session', async () => {
    const saved = await quill.conversation.create({
      tool: 'codex',
      sessionId: 'kettle-1',
      messages: [
        { id: 'a', author: 'human', text: `The key is ${SECRET}, see 7e9fe99abc.\0` },
        {
          id: 'b',
          author: 'assistant',
          text: 'Thank you.',
          toolCalls: [{ name: 'shell', action: 'run', input: 'cat .env', output: `KEY=${SECRET}` }],
        },
      ],
    });
    expect(saved).toMatchObject({
      created: true,
      embeddingStatus: 'pending',
      messages: { added: 2 },
      redactions: 2,
    });
    const [first, second] = await messagesOf(quill, saved.id);
    expect(first?.text).not.toContain(SECRET);
    expect(first?.text).toContain('7e9fe99abc');
    expect(second?.toolCalls[0]?.output).not.toContain(SECRET);
    const { items } = await quill.conversation.listRedactions({ conversationId: saved.id });
    expect(items.map(({ field }) => field).sort()).toEqual(['text', 'toolCalls.0.output']);

    const more = await quill.conversation.create({
      tool: 'codex',
      sessionId: 'kettle-1',
      messages: [
        { id: 'b', author: 'assistant', text: 'Thank you very much.' },
        { id: 'c', author: 'human', text: 'You are welcome.' },
      ],
    });
    expect(more).toMatchObject({
      id: saved.id,
      created: false,
      messages: { added: 1, changed: 1, unchanged: 0 },
    });
    const all = await messagesOf(quill, saved.id);
    expect(all.map(({ recordId }) => recordId)).toEqual(['a', 'b', 'c']);
    expect(all[1]).toMatchObject({ text: 'Thank you very much.', toolCalls: [] });
  });

  test('is imported from files that grow, are cut, repeated or resumed, each message once', async () => {
    const session = 'growing';
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
        async (lengths) => {
          for (const length of lengths)
            await importText(
              quill,
              transcript(
                session,
                Array.from({ length }, (_, index) => index + 1),
              ),
            );
        },
      ),
      { numRuns: 4 },
    );
    const whole = transcript(
      session,
      Array.from({ length: 12 }, (_, index) => index + 1),
    );
    await importText(quill, whole);
    const again = await importText(quill, whole);
    expect(again).toMatchObject({ conversations: 0, messages: { added: 0, changed: 0, unchanged: 12 } });
    const id = again.files[0]?.conversations[0]?.id ?? '';
    const all = await messagesOf(quill, id);
    expect(all.map(({ recordId }) => recordId)).toEqual(
      Array.from({ length: 12 }, (_, index) => uuid(index + 1)),
    );
    expect(await quill.conversation.get({ conversationId: id })).toMatchObject({
      messages: 12,
      tokens: { input: 60, output: 120 },
      models: ['claude-sonnet-4-5'],
      branch: 'main',
    });

    const resumed = await importText(quill, transcript('resumed', [1, 2, 3, 4, 13, 14]));
    const [conversation] = resumed.files[0]?.conversations ?? [];
    expect(conversation).toMatchObject({ created: true, added: 2, elsewhere: 4 });
    expect(await quill.conversation.get({ conversationId: conversation?.id ?? '' })).toMatchObject({
      messages: 2,
      continuesId: id,
    });
    const copied = await importText(quill, transcript('copied', [1, 2]));
    expect(copied.files[0]?.conversations[0]).toMatchObject({ id: null, elsewhere: 2 });
  });

  test('reports broken lines and foreign files, and imports the rest', async () => {
    const lines = transcript('broken', [31, 32]).split('\n');
    const report = await quill.conversation.import({
      files: [
        { name: 'broken.jsonl', base64: base64([lines[0], '{"cut', lines[1]].join('\n')) },
        {
          name: 'photo.png',
          base64: Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]).toString('base64'),
        },
      ],
    });
    expect(report.files[0]).toMatchObject({ skipped: 1, conversations: [{ added: 2 }] });
    expect(report.files[1]).toMatchObject({ conversations: [] });
    expect(report.files[1]?.refused).toMatch(/not a conversation/);
  });

  test('a private one exists for its owner only, not even for administrators', async () => {
    const { id } = await quill.conversation.create({
      sessionId: 'secret-garden',
      private: true,
      messages: [{ author: 'human', text: 'The walrus is in the pantry.' }],
    });
    const conversationId = id;
    expect((await quill.conversation.get({ conversationId })).private).toBe(true);
    for (const other of [client, bramble]) {
      expect(await refusal(other.conversation.get({ conversationId }))).toMatchObject({ status: 404 });
      expect(await refusal(other.conversation.listMessages({ conversationId }))).toMatchObject({
        status: 404,
      });
      expect(await refusal(other.conversation.export({ conversationId }))).toMatchObject({ status: 404 });
      expect(await refusal(other.conversation.delete({ conversationId }))).toMatchObject({ status: 404 });
      const listed = await everyItem((page) => other.conversation.list({ limit: 2, ...page }));
      expect(listed.map((item) => item.id)).not.toContain(id);
      const more = { sessionId: 'secret-garden', messages: [{ author: 'human' as const, text: 'Me too.' }] };
      expect(await refusal(other.conversation.create(more))).toMatchObject({ code: 'CONFLICT' });
    }
    await vi.waitFor(async () => {
      expect((await quill.conversation.search({ q: 'walrus', alpha: 0 })).total).toBe(1);
    }, 10_000);
    expect((await bramble.conversation.search({ q: 'walrus', alpha: 0 })).total).toBe(0);
    await quill.conversation.update({ conversationId, private: false });
    expect((await bramble.conversation.get({ conversationId })).mine).toBe(false);
    expect(await refusal(bramble.conversation.update({ conversationId, title: 'Mine' }))).toMatchObject({
      status: 403,
    });
    await bramble.conversation.list({ author: 'quill' });
    await quill.conversation.update({ conversationId, private: true });
    const listed = await bramble.conversation.list({ author: 'quill' });
    expect(listed.items.map((item) => item.id)).not.toContain(id);
  });

  test('is removed for good, until its owner restores it', async () => {
    const text = transcript('removed', [41, 42]);
    const { files } = await importText(quill, text);
    const conversationId = files[0]?.conversations[0]?.id ?? '';
    expect(await refusal(bramble.conversation.delete({ conversationId }))).toMatchObject({ status: 403 });
    await quill.conversation.delete({ conversationId });
    expect(await refusal(quill.conversation.get({ conversationId }))).toMatchObject({ status: 404 });
    const again = await importText(quill, text);
    expect(again.files[0]?.conversations[0]).toMatchObject({
      id: null,
      refused: expect.stringMatching(/removed/),
    });
    // Its messages do not come back in a session that copied them either.
    const copied = await importText(quill, transcript('copy-of-removed', [41, 42, 43]));
    expect(copied.files[0]?.conversations[0]).toMatchObject({ added: 1 });
    const restored = await importText(quill, text, { restore: true });
    expect(restored.files[0]?.conversations[0]).toMatchObject({ created: true, added: 2 });
  });

  test('is kept out by a policy of its repository or path, which also removes what is stored', async () => {
    const before = await importText(bramble, transcript('in-vault', [51, 52], '/srv/vault/app'));
    const conversationId = before.files[0]?.conversations[0]?.id ?? '';
    const policy = await client.conversationPolicy.set({
      scope: 'path',
      pattern: '/srv/vault',
      action: 'do-not-save',
      reason: 'Customers.',
    });
    await vi.waitFor(async () => {
      expect(await refusal(bramble.conversation.get({ conversationId }))).toMatchObject({ status: 404 });
    }, 10_000);
    const after = await importText(bramble, transcript('in-vault', [51, 52, 53], '/srv/vault/app'));
    expect(after.files[0]?.conversations[0]).toMatchObject({
      id: null,
      refused: expect.stringMatching(/policy/),
    });
    expect(
      await refusal(
        bramble.conversation.create({
          workingDirectory: '/srv/vault',
          messages: [{ author: 'human', text: 'Hi' }],
        }),
      ),
    ).toMatchObject({ code: 'NOT_SAVED' });
    expect(
      await refusal(bramble.conversationPolicy.set({ scope: 'path', pattern: '/', action: 'keep' })),
    ).toMatchObject({ status: 403 });
    await client.conversationPolicy.set({ scope: 'repository', pattern: 'acme/*', action: 'redact' });
    const strict = await bramble.conversation.create({
      repository: 'git@github.com:acme/shop.git',
      messages: [
        {
          author: 'assistant',
          text: 'Written to moss@people.example.',
          toolCalls: [{ name: 'Write', input: 'content', output: 'ok' }],
        },
      ],
    });
    const [message] = await messagesOf(bramble, strict.id);
    expect(message?.text).not.toContain('moss@people.example');
    expect(message?.toolCalls[0]).toMatchObject({
      input: '[left out by policy]',
      output: '[left out by policy]',
    });
    expect((await bramble.conversation.get({ conversationId: strict.id })).repository).toBe(
      'github.com/acme/shop',
    );
    const { items } = await client.conversationPolicy.list({});
    expect(items).toHaveLength(2);
    for (const { policyId } of items) await client.conversationPolicy.delete({ policyId });
    expect(await refusal(client.conversationPolicy.delete({ policyId: policy.policyId }))).toMatchObject({
      status: 404,
    });
    const allowed = await importText(bramble, transcript('in-vault', [51, 52, 53], '/srv/vault/app'));
    expect(allowed.files[0]?.conversations[0]).toMatchObject({ created: true, added: 3 });
  });

  test('is listed by filters, page by page, the last active first', async () => {
    for (let number = 0; number < 7; number++)
      await bramble.conversation.create({
        tool: 'aider',
        sessionId: `listed-${number}`,
        repository: 'https://github.com/acme/listed.git',
        branch: number % 2 ? 'main' : 'topic',
        messages: [{ author: 'human', text: `Number ${number}`, at: `2026-08-0${number + 1}T10:00:00Z` }],
        commits: number === 3 ? [{ sha: '7E9FE99ABC', kind: 'made' }] : [],
      });
    const filter = { tool: 'aider', repository: 'acme/listed' } as const;
    const listed = await everyItem((page) => bramble.conversation.list({ ...filter, limit: 2, ...page }));
    expect(listed.map(({ title }) => title)).toEqual(
      [6, 5, 4, 3, 2, 1, 0].map((number) => `Number ${number}`),
    );
    const count = async (extra: object) =>
      (await bramble.conversation.list({ ...filter, ...extra })).items.length;
    expect(await count({ branch: 'topic' })).toBe(4);
    expect(await count({ hasCommit: true })).toBe(1);
    expect(await count({ from: '2026-08-05T00:00:00Z', to: '2026-08-07T00:00:00Z' })).toBe(2);
    expect(await count({ author: 'me' })).toBe(7);
    expect((await quill.conversation.list({ ...filter, author: 'me' })).items).toEqual([]);
    expect(await refusal(bramble.conversation.list({ cursor: 'nonsense' }))).toMatchObject({ status: 422 });
  });

  test('shows a window around a message, and pages in both directions', async () => {
    const { id: conversationId } = await quill.conversation.create({
      sessionId: 'long',
      messages: Array.from({ length: 30 }, (_, number) => ({
        author: 'human' as const,
        text: `Line ${number}`,
      })),
    });
    const all = await messagesOf(quill, conversationId);
    const middle = await quill.conversation.listMessages({ conversationId, around: all[15]?.id, limit: 7 });
    expect(middle.items.map(({ text }) => text)).toEqual(
      [12, 13, 14, 15, 16, 17, 18].map((number) => `Line ${number}`),
    );
    const back = { conversationId, limit: 7, cursor: middle.previousCursor ?? '' };
    expect((await quill.conversation.listMessages(back)).items.map(({ text }) => text)).toEqual(
      [5, 6, 7, 8, 9, 10, 11].map((number) => `Line ${number}`),
    );
    const on = { conversationId, limit: 50, cursor: middle.nextCursor ?? '' };
    const rest = await quill.conversation.listMessages(on);
    expect(rest.items).toHaveLength(11);
    expect(rest.nextCursor).toBeNull();
    const first = await quill.conversation.listMessages({ conversationId, limit: 7 });
    expect(first.previousCursor).toBeNull();
    expect(await refusal(quill.conversation.listMessages({ conversationId, around: uuid(1) }))).toMatchObject(
      {
        status: 404,
      },
    );
  });

  test('is exported, and shared by a link that ends', async () => {
    const { id: conversationId } = await quill.conversation.create({
      title: 'Tin kettle <script>',
      workingDirectory: '/home/quill/secret',
      messages: [
        { author: 'human', text: 'Write to thistle@people.example.' },
        {
          author: 'assistant',
          text: 'Done.',
          toolCalls: [
            {
              name: 'Edit',
              action: 'edit',
              output: 'internal',
              edits: [{ path: 'a.ts', before: 'x', after: 'y' }],
            },
          ],
        },
      ],
    });
    const markdown = await quill.conversation.export({ conversationId });
    expect(markdown.content).toContain('```diff\n-x\n+y\n```');
    const json = await quill.conversation.export({ conversationId, format: 'json' });
    expect(JSON.parse(json.content)).toMatchObject({
      id: conversationId,
      messageList: [{}, { text: 'Done.' }],
    });

    const share = await quill.conversation.share({ conversationId, hours: 1 });
    const shared = await client.conversation.readShared({ token: share.token });
    expect(shared.markdown).toContain('Done.');
    for (const hidden of ['thistle@people.example', 'internal', '/home/quill/secret'])
      expect(shared.markdown).not.toContain(hidden);
    const page = await fetch(new URL(`/shared/${share.token}`, api.url));
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Tin kettle &lt;script&gt;');
    expect(await refusal(bramble.conversation.share({ conversationId }))).toMatchObject({ status: 403 });
    expect((await quill.conversation.listShares({ conversationId })).items).toHaveLength(1);
    await quill.conversation.revokeShare({ conversationId, shareId: share.shareId });
    expect(await refusal(client.conversation.readShared({ token: share.token }))).toMatchObject({
      status: 404,
    });
  });

  test('is followed live by those who may see it', async () => {
    const { id } = await quill.conversation.create({ sessionId: 'live', private: true });
    const key = (name: string) => client.apiKey.create({ name, roles: ['readonly'] });
    const stranger = (await key('stranger')).key;
    await expect(connect(api.url, {}, stranger, {}, `/ws/conversations/${id}`)).rejects.toThrow(/404/);
    const { ticket } = await quill.realtime.createTicket({});
    const live = await connect(api.url, { ticket }, undefined, {}, `/ws/conversations/${id}`);
    await quill.conversation.create({
      sessionId: 'other',
      messages: [{ author: 'human', text: 'Not here.' }],
    });
    await quill.conversation.create({ sessionId: 'live', messages: [{ author: 'human', text: 'Here.' }] });
    await vi.waitFor(() => {
      expect(live.events().map(({ event }) => event)).toContain('conversation.messages_added');
    }, 10_000);
    expect(
      live.events().every(({ data }) => (data as { conversationId: string }).conversationId === id),
    ).toBe(true);
    await live.close();
  });

  test('belongs to the person’s data, and goes with its erasure', async () => {
    const moss = await staff(api, 'moss@people.example', ['builder'], 'moss');
    const { user } = await moss.identity.whoami({});
    const subject = `user:${user?.userId}`;
    const { id: conversationId } = await moss.conversation.create({
      sessionId: 'personal',
      messages: [{ author: 'human', text: 'Moss said this.' }],
    });
    const erased = await client.audit.erase({ subject, reason: 'The person asked for it.' });
    expect(erased.recordsDeleted).toBe(1);
    expect(await refusal(moss.conversation.get({ conversationId }))).toMatchObject({ status: 404 });
  });
});

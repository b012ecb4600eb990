import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY } from '../../../../test/api.ts';
import {
  base64,
  type ConversationsFixture,
  importText,
  messagesOf,
  startConversations,
  transcript,
  uuid,
} from '../../../../test/conversations.ts';
import { businessDatabases } from '../../../../test/databases.ts';
import type { Client } from '../../../catalogue/client.ts';
import { importFile } from '../formats/index.ts';

const SECRET = `AKIA${'Q'.repeat(8)}${'7'.repeat(8)}`;

describe.each(businessDatabases())('a conversation on $name', ({ create }) => {
  let fixture: ConversationsFixture;
  let quill: Client;

  beforeAll(async () => {
    fixture = await startConversations(create);
    ({ quill } = fixture);
  });
  afterAll(() => fixture.stop());

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

  test('is the same whether a file is imported or what is read in it is sent', async () => {
    const text = transcript('twice-told', [21, 22, 23, 24]);
    await importText(quill, text);
    const [read] = importFile(Buffer.from(text), { fileName: 'session.jsonl' }).conversations;
    const { title: _, ...sent } = read as NonNullable<typeof read>;
    expect(await quill.conversation.create(sent)).toMatchObject({
      created: false,
      messages: { added: 0, changed: 0, unchanged: 4 },
    });
    expect(await importText(quill, text)).toMatchObject({
      messages: { added: 0, changed: 0, unchanged: 4 },
    });
  });

  test('makes its owner one of the people who are counted as active, whom the metrics do not name', async () => {
    await quill.conversation.create({ messages: [{ author: 'human', text: 'Counted' }] });
    const { bramble, api } = fixture;
    await bramble.conversation.create({ messages: [{ author: 'human', text: 'Counted too' }] });
    const answer = await fetch(`${api.url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
    const text = await answer.text();
    for (const days of [1, 30]) {
      expect(text).toContain(`people_active{days="${days}"} 2`);
      expect(text).toContain(`companies_active{days="${days}"} 1`);
    }
    expect(text).not.toMatch(/quill|bramble/);
  });

  test('is not set back by a copy of its file from before the file grew', async () => {
    const session = 'set-back';
    const said = (text: string, last: number) => ({
      tool: 'codex' as const,
      sessionId: session,
      branch: text,
      startedAt: '2026-10-01T09:00:00Z',
      endedAt: `2026-10-01T09:00:0${last}Z`,
      messages: [{ id: '0', author: 'human' as const, text, at: '2026-10-01T09:00:00Z' }],
    });
    const { id } = await quill.conversation.create(said('first', 1));
    const later = await quill.conversation.create(said('second', 2));
    expect(later.messages).toEqual({ added: 0, changed: 1, unchanged: 0 });
    for (const [text, last] of [
      ['first', 1],
      ['second', 2],
      ['first', 1],
    ] as const) {
      const again = await quill.conversation.create(said(text, last));
      expect(again.messages).toEqual({ added: 0, changed: 0, unchanged: 1 });
    }
    expect((await messagesOf(quill, id))[0]).toMatchObject({ text: 'second' });
    expect(await quill.conversation.get({ conversationId: id })).toMatchObject({ branch: 'second' });
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

  test('is imported beside broken lines and foreign files, which are reported', async () => {
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
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ConversationsFixture,
  messagesOf,
  startConversations,
  uuid,
} from '../../../../test/conversations.ts';
import { businessDatabases } from '../../../../test/databases.ts';
import { refusal } from '../../../../test/people.ts';
import { everyItem } from '../../../../test/runs.ts';
import type { Client } from '../../../catalogue/client.ts';

describe.each(businessDatabases())('a conversation on $name', ({ create }) => {
  let fixture: ConversationsFixture;
  let quill: Client;
  let bramble: Client;

  beforeAll(async () => {
    fixture = await startConversations(create);
    ({ quill, bramble } = fixture);
  });
  afterAll(() => fixture.stop());

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
});

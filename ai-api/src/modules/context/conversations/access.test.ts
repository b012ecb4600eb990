import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { TestApi } from '../../../../test/api.ts';
import { type ConversationsFixture, startConversations } from '../../../../test/conversations.ts';
import { businessDatabases } from '../../../../test/databases.ts';
import { connect } from '../../../../test/followers.ts';
import { refusal } from '../../../../test/people.ts';
import { everyItem } from '../../../../test/runs.ts';
import type { Client } from '../../../catalogue/client.ts';

describe.each(businessDatabases())('a conversation on $name', ({ create }) => {
  let fixture: ConversationsFixture;
  let client: Client;
  let quill: Client;
  let bramble: Client;
  let api: TestApi;

  beforeAll(async () => {
    fixture = await startConversations(create);
    ({ api, client, quill, bramble } = fixture);
  });
  afterAll(() => fixture.stop());

  test('that is private exists for its owner only, not even for administrators', async () => {
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
});

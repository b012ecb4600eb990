import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { TestApi } from '../../../../test/api.ts';
import {
  type ConversationsFixture,
  importText,
  messagesOf,
  startConversations,
  transcript,
} from '../../../../test/conversations.ts';
import { businessDatabases } from '../../../../test/databases.ts';
import { refusal } from '../../../../test/people.ts';
import { erase, exportedText } from '../../../../test/privacy.ts';
import { staff } from '../../../../test/staff.ts';
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

  test('belongs to the person’s data, and goes with its erasure', async () => {
    const moss = await staff(api, 'moss@people.example', ['builder'], 'moss');
    const { user } = await moss.identity.whoami({});
    const subject = `user:${user?.userId}`;
    const { id: conversationId } = await moss.conversation.create({
      sessionId: 'personal',
      messages: [{ author: 'human', text: 'Moss said this.' }],
    });
    expect(await exportedText(api, subject)).toContain('Moss said this.');
    const { steps } = await erase(api, subject);
    expect(steps.find(({ step }) => step === 'erase conversations')?.counts.records).toBe(1);
    expect(await refusal(client.conversation.get({ conversationId }))).toMatchObject({ status: 404 });
  });
});

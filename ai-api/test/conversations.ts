import type { Client } from '../src/catalogue/client.ts';
import { startApi } from './api.ts';
import type { TestDatabase } from './databases.ts';
import { everyItem } from './runs.ts';
import { staff } from './staff.ts';

/** The id of a record in a transcript. */
export const uuid = (number: number) => `0f000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
export const base64 = (text: string) => Buffer.from(text).toString('base64');

/** A transcript of Claude Code, a line for each record. */
export function transcript(sessionId: string, records: readonly number[], cwd = '/home/quill/shop'): string {
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

export type ConversationsFixture = Awaited<ReturnType<typeof startConversations>>;

/** Imports one file. */
export const importText = (who: Client, text: string, options = {}) =>
  who.conversation.import({ files: [{ name: 'session.jsonl', base64: base64(text) }], ...options });

/** All messages of a conversation, page by page. */
export const messagesOf = (who: Client, conversationId: string) =>
  everyItem((page) => who.conversation.listMessages({ conversationId, limit: 3, ...page }));

/** An API with two builders, who use coding assistants. */
export async function startConversations(create: () => Promise<TestDatabase>) {
  const testDatabase = await create();
  const api = await startApi(testDatabase);
  return {
    api,
    client: api.client,
    quill: await staff(api, 'quill@people.example', ['builder'], 'quill'),
    bramble: await staff(api, 'bramble@people.example', ['builder'], 'bramble'),
    stop: async (): Promise<void> => {
      await api.stop();
      await testDatabase.remove();
    },
  };
}

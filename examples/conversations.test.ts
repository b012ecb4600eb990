import { expect, test } from 'vitest';
import { importFile } from '../ai-api/src/modules/context/formats/index.ts';
import { sampleConversations } from './conversations/index.ts';

const files = sampleConversations().flatMap((person) => person.files);

test('the sample conversations are the same each time, and each is read by the importer of its tool', () => {
  expect(sampleConversations().flatMap((person) => person.files)).toEqual(files);
  const tools = new Map<string, number>();
  for (const { name, text } of files) {
    const { tool, conversations, skippedCount } = importFile(new TextEncoder().encode(text), {
      fileName: name,
    });
    tools.set(tool, (tools.get(tool) ?? 0) + 1);
    expect({ name, skippedCount, conversations: conversations.length }).toEqual({
      name,
      skippedCount: 0,
      conversations: 1,
    });
    const [conversation] = conversations;
    expect(conversation?.messages.filter(({ author }) => author === 'human').length).toBeGreaterThan(0);
    expect(conversation?.messages.some(({ author, text }) => author === 'assistant' && text !== '')).toBe(
      true,
    );
  }
  expect(Object.fromEntries(tools)).toEqual({
    'claude-code': expect.any(Number),
    codex: expect.any(Number),
    cursor: expect.any(Number),
    'copilot-cli': expect.any(Number),
    aider: expect.any(Number),
    specstory: expect.any(Number),
  });
  expect(files).toHaveLength(36);
});

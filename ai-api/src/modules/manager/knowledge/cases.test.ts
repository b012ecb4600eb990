import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type ModelRecorder, startModelRecorder } from '../../../../test/model-recorder.ts';

const FOLDER = new URL('../../../../test/fixtures/cases/llm/', import.meta.url);
const SENTENCE = 'Unused leave may be carried over until the end of March.';
const SAYS_NOTHING = 'The policies do not say.';
const TEXT = JSON.stringify({ sentence: SENTENCE, passage: 1, quote: SENTENCE });

const fileOf = (name: string) => readFileSync(new URL(name, FOLDER)).toString();
/** A stream in pieces of 7 characters, as a gateway would send it. */
function streamOf(text: string, finish: string | null = 'stop'): string {
  const chunk = (delta: object, reason: string | null) =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: reason }] })}\n\n`;
  const pieces = text.match(/[\s\S]{1,7}/g) ?? [];
  return [...pieces.map((content) => chunk({ content }, null)), chunk({}, finish), 'data: [DONE]\n\n'].join(
    '',
  );
}

describe.each(businessDatabases())('a person is told nothing false on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let model: ModelRecorder;
  let asked = 0;

  beforeAll(async () => {
    testDatabase = await create();
    model = await startModelRecorder(() => ({ content: '' }));
    api = await startApi(testDatabase, { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: model.url });
    const { documentId } = await api.client.policy.upload({
      folder: 'policies',
      name: 'leave.md',
      contentType: 'text/markdown',
      base64: Buffer.from(`# Carry-over\n\n${SENTENCE}\n`).toString('base64'),
    });
    await vi.waitFor(
      async () => expect((await api.client.policy.get({ documentId })).state).toBe('indexed'),
      { timeout: 30_000 },
    );
  });
  afterAll(async () => {
    await api?.stop();
    await model?.close();
    await testDatabase?.remove();
  });

  async function ask(stream: string) {
    model.answerWith(() => ({ body: stream, contentType: 'text/event-stream' }));
    asked++;
    return api.client.chat.query({ question: `Until when may unused leave be carried over (${asked})?` });
  }

  test.each<[string, string]>([
    ['chat-array.sse', fileOf('chat-array.sse')],
    ['chat-pretty-json.sse', fileOf('chat-pretty-json.sse')],
    ['thoughts of another template', streamOf(`<thought>{"sentence": "no</thought>\n${TEXT}`)],
    ['thoughts in brackets', streamOf(`[THINK]The user asks {it}.[/THINK]${TEXT}`)],
    ['a list with bullets', streamOf(`- ${TEXT}`)],
    ['a fence of waves', streamOf(`~~~json\n${TEXT}\n~~~`)],
    ['a tag around it', streamOf(`<answer>\n${TEXT}\n</answer>`)],
  ])('the sentence is read: %s', async (_what, stream) => {
    const turn = await ask(stream);
    expect(turn).toMatchObject({ status: 'answered', modelFailure: null });
    expect(turn.answer).toContain(SENTENCE);
  });

  test.each<[string, string]>([
    ['chat-cut-off.sse', fileOf('chat-cut-off.sse')],
    ['chat-reasoning-only.sse', fileOf('chat-reasoning-only.sse')],
    ['keys without quotes', streamOf(`{sentence: "${SENTENCE}", passage: 1}`)],
    ['single quotes', streamOf(TEXT.replaceAll('"', "'"))],
    ['a comma too many', streamOf(`${TEXT.slice(0, -1)},}`)],
    ['JSON in a text', streamOf(JSON.stringify(TEXT))],
    ['a refusal in prose', streamOf("I'm sorry, but I can't help with that.")],
    ['the answer in prose', streamOf(SENTENCE)],
    ['YAML', streamOf(`- sentence: ${SENTENCE}\n  passage: 1\n`)],
    ['a filter of content', streamOf('', 'content_filter')],
  ])('what cannot be read is a failure of the model, and the passages come: %s', async (_what, stream) => {
    const turn = await ask(stream);
    expect(turn).toMatchObject({ status: 'passages', modelFailure: expect.any(String) });
    expect(turn.answer).toContain(SENTENCE);
    expect(turn.answer).not.toContain(SAYS_NOTHING);
  });
});

import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  type AnthropicRecorder,
  type AnthropicReply,
  startAnthropicRecorder,
} from '../../test/anthropic-recorder.ts';
import { anthropicProvider } from './anthropic.ts';
import { createChain, type RecordedAttempt } from './chain.ts';
import type { ChatModel, ModelError, TextPart } from './chat.ts';
import { createRoute } from './route.ts';

const schema = z.object({ verdict: z.string().max(200), score: z.number().int().min(0).max(100) });
const good = { verdict: 'fine', score: 80 };
const call = { tenantId: 'test', purpose: 'test' };
const question = { system: 'You judge.', user: 'Judge this.', name: 'test_answer', schema, call };
const chat = { system: 'You talk.', messages: [{ role: 'user' as const, content: 'Hello?' }], call };

let recorder: AnthropicRecorder | undefined;
afterEach(async () => {
  await recorder?.close();
  recorder = undefined;
});

async function claudeAnswering(reply: AnthropicReply) {
  recorder = await startAnthropicRecorder(reply);
  const attempts: RecordedAttempt[] = [];
  const isSilent = 'fault' in reply && reply.fault === 'hang';
  const timeoutMs = isSilent ? 300 : 10_000;
  const provider = anthropicProvider({
    apiKey: 'sk-ant',
    baseUrl: recorder.url,
    model: 'claude-test',
    timeoutMs,
  });
  const model = createChain([createRoute(provider, { timeoutMs })], {
    admit: async () => {},
    regionOf: async () => null,
    record: async (attempt) => {
      attempts.push(attempt);
    },
  });
  return { model, attempts, calls: recorder.calls };
}

async function failure(answer: Promise<unknown>): Promise<ModelError> {
  return answer.then(
    () => expect.fail('it answered'),
    (thrown: ModelError) => thrown,
  );
}

async function listen(model: ChatModel, signal?: AbortSignal) {
  const parts: TextPart[] = [];
  for await (const part of model.stream({ ...chat, signal })) parts.push(part);
  return parts;
}

test('a schema is the one tool that Claude has to use, and its answer is read by us', async () => {
  const { model, attempts, calls } = await claudeAnswering({
    input: good,
    usage: { tokensIn: 500, tokensOut: 40, cached: 300 },
  });
  expect(await model.structured(question)).toEqual({
    value: good,
    usage: { tokensIn: 500, tokensOut: 40, tokensCached: 300 },
    model: 'anthropic:claude-test',
  });
  expect(calls).toEqual([
    { model: 'claude-test', apiKey: 'sk-ant', tool: 'test_answer', isStream: false, maxTokens: 8_192 },
  ]);
  expect(attempts).toMatchObject([{ outcome: 'ok', output: JSON.stringify(good) }]);
});

test.each<[string, AnthropicReply, string, number]>([
  ['does not fit the schema', { input: { verdict: 'fine' } }, 'out_of_schema', 1],
  ['is words in place of the tool', { text: 'I would say 80.' }, 'out_of_schema', 1],
  ['is of 200 kB', { input: { ...good, verdict: 'x'.repeat(200_000) } }, 'out_of_schema', 1],
  ['is a refusal', { text: '', stop: 'refusal' }, 'refused', 1],
  ['is 401', { status: 401 }, 'unauthorized', 1],
  ['is 429 for an hour', { status: 429, headers: { 'retry-after': '3600' } }, 'rate_limited', 1],
  ['is 529', { status: 529 }, 'unreachable', 2],
  ['is broken off', { fault: 'break' }, 'unreachable', 2],
  ['is no message', { body: '{"ok":true}' }, 'error', 1],
  ['does not come', { fault: 'hang' }, 'timeout', 2],
])('an answer that %s fails as such, and each attempt is noted', async (_what, reply, kind, attempts) => {
  const claude = await claudeAnswering(reply);
  const error = await failure(claude.model.structured(question));
  expect(error).toMatchObject({ name: expect.stringMatching(/Error$/), kind });
  expect(claude.attempts.map(({ outcome }) => outcome)).toEqual(Array(attempts).fill(kind));
});

describe('text', () => {
  test('comes piece by piece, and at last what it used', async () => {
    const { model, attempts } = await claudeAnswering({
      text: 'Hello to you.',
      usage: { tokensIn: 12, tokensOut: 5 },
    });
    const parts = await listen(model);
    expect(parts.slice(0, -1)).toEqual(['Hello ', 'to ', 'you.'].map((delta) => ({ type: 'delta', delta })));
    expect(parts.at(-1)).toEqual({
      type: 'end',
      usage: { tokensIn: 12, tokensOut: 5 },
      model: 'anthropic:claude-test',
    });
    expect(attempts).toMatchObject([{ outcome: 'ok', output: 'Hello to you.' }]);
  });

  test.each(['break', 'half'] as const)(
    'of which only a part comes (%s) ends with an error',
    async (fault) => {
      const { model, attempts } = await claudeAnswering({ fault });
      expect(await failure(listen(model))).toMatchObject({ kind: 'unreachable' });
      expect(attempts.at(-1)).toMatchObject({ outcome: 'unreachable' });
    },
  );

  test('whose reader went away is noted as aborted, with what it may have used', async () => {
    const { model, attempts } = await claudeAnswering({ text: 'Many words that nobody waits for.' });
    for await (const _part of model.stream(chat)) break;
    expect(attempts).toMatchObject([{ outcome: 'aborted', isEstimated: true }]);
  });
});

test('an answer is no longer than it may be; one that was cut off says so and is not asked for again', async () => {
  const { model, calls } = await claudeAnswering({ input: { verdict: 'fi' }, stop: 'max_tokens' });
  const error = await failure(model.structured({ ...question, maxOutputTokens: 64 }));
  expect(error).toMatchObject({ kind: 'out_of_schema', isFinal: true });
  expect(error.message).toContain('cut off');
  recorder?.answerWith({ text: 'Hello.' });
  for await (const _part of model.stream({ ...chat, maxOutputTokens: 32 }));
  await listen(model);
  expect(calls.map(({ maxTokens }) => maxTokens)).toEqual([64, 32, 8_192]);
});

import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  type AnswerModel,
  type ModelCall,
  type ModelRecorder,
  type ModelReply,
  startModelRecorder,
} from '../../test/model-recorder.ts';
import { createChain, type RecordedAttempt } from './chain.ts';
import type { TextPart } from './chat.ts';
import { openAiProvider } from './openai.ts';
import { createRoute } from './route.ts';

const schema = z.object({ verdict: z.string(), score: z.number().int() });
const good = { verdict: 'plain words', score: 60 };
const question = {
  system: 'You judge.',
  user: 'Judge this.',
  name: 'verdict',
  schema,
  call: { tenantId: 'test', purpose: 'test' },
};
const chat = {
  system: 'You talk.',
  messages: [{ role: 'user' as const, content: 'Hello?' }],
  call: question.call,
};

let recorder: ModelRecorder | undefined;
afterEach(async () => {
  await recorder?.close();
  recorder = undefined;
});

async function modelAnswering(answer: AnswerModel, name: 'openai' | 'compatible' = 'compatible') {
  recorder = await startModelRecorder(answer);
  const attempts: RecordedAttempt[] = [];
  const options = { apiKey: 'sk-test', baseUrl: recorder.url, model: 'case-model', timeoutMs: 10_000 };
  const route = createRoute(openAiProvider(options, name), { timeoutMs: 10_000 });
  const model = createChain([route], {
    admit: async () => {},
    regionOf: async () => null,
    record: async (attempt) => {
      attempts.push(attempt);
    },
  });
  return { model, route, attempts, calls: recorder.calls };
}

async function listen(model: Awaited<ReturnType<typeof modelAnswering>>['model']) {
  const parts: TextPart[] = [];
  for await (const part of model.stream(chat)) parts.push(part);
  return { text: parts.map((part) => (part.type === 'delta' ? part.delta : '')).join(''), end: parts.at(-1) };
}

const refusal = (message: string, param?: string, status = 400): ModelReply => ({
  status,
  body: { error: { message, type: 'invalid_request_error', ...(param ? { param } : {}) } },
});

describe('what a model does not take is left out from then on', () => {
  test.each<[string, (call: ModelCall) => ModelReply | null, string[], Partial<ModelCall>]>([
    [
      'a temperature',
      (call) =>
        call.temperature === undefined ? null : refusal('temperature is fixed for this model', 'temperature'),
      ['takes no temperature'],
      { temperature: undefined, format: 'json_schema' },
    ],
    [
      'a temperature, said in words with 422',
      (call) =>
        call.temperature === undefined
          ? null
          : refusal('`temperature` is deprecated for this model.', undefined, 422),
      ['takes no temperature'],
      { temperature: undefined },
    ],
    [
      'a schema',
      (call) =>
        call.format === 'json_schema' ? refusal('json_schema is not offered here', 'response_format') : null,
      ['takes no JSON Schema'],
      { format: 'json_object', last: expect.stringContaining('"verdict"') as unknown as string },
    ],
    [
      'any format',
      (call) => (call.format ? refusal("Unknown field 'response_format'") : null),
      ['has no JSON mode'],
      { format: undefined, last: expect.stringContaining('"verdict"') as unknown as string },
    ],
    [
      'the newer name of the limit',
      (call) =>
        call.limits.max_tokens
          ? refusal("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
          : null,
      [],
      { limits: { max_completion_tokens: 50 } },
    ],
    [
      'any limit',
      (call) =>
        Object.keys(call.limits).length > 0
          ? refusal('max_tokens and max_completion_tokens are unknown')
          : null,
      ['takes no limit of length'],
      { limits: {} },
    ],
  ])('%s', async (_what, refuse, limitations, sent) => {
    const { model, route, attempts, calls } = await modelAnswering(
      (call) => refuse(call) ?? { answer: good },
    );
    const asked = { ...question, maxOutputTokens: 50 };
    expect((await model.structured(asked)).value).toEqual(good);
    const learnt = calls.length;
    expect((await model.structured(asked)).value).toEqual(good);
    expect(calls).toHaveLength(learnt + 1);
    expect(calls.at(-1)).toMatchObject(sent);
    expect(route.limitations()).toEqual(limitations);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  });

  test('a refusal about something else is not asked again', async () => {
    const { model, route, calls } = await modelAnswering(() => refusal('max_tokens is too large: 50'));
    await expect(model.structured({ ...question, maxOutputTokens: 50 })).rejects.toMatchObject({
      kind: 'error',
    });
    expect(calls).toHaveLength(1);
    expect(route.limitations()).toEqual([]);
  });

  test('options of a stream', async () => {
    let refused = 0;
    const { model } = await modelAnswering(() => {
      refused += 1;
      return refused === 1
        ? refusal('stream_options: Extra inputs are not permitted')
        : { content: 'Hello to you.', usage: null };
    });
    expect(await listen(model)).toMatchObject({ text: 'Hello to you.', end: { usage: { tokensOut: 4 } } });
  });
});

describe('an error inside a 200', () => {
  const body = (value: unknown): ModelReply => ({
    body: JSON.stringify(value),
    contentType: 'application/json',
  });
  test.each<[string, ModelReply, string]>([
    ['with the code of a gateway', body({ error: { message: 'behind', code: 502 } }), 'unreachable'],
    ['with the code of a limit', body({ error: { message: 'busy', code: 429 } }), 'rate_limited'],
    ['with a code in digits', body({ error: { message: 'busy', code: '429' } }), 'rate_limited'],
    ['with a name', body({ error: { type: 'overloaded_error' } }), 'unreachable'],
    ['as text', body({ error: 'upstream failed' }), 'unreachable'],
    ['with null choices', body({ choices: null }), 'unreachable'],
    [
      'with empty choices',
      body({ choices: [], usage: { prompt_tokens: 100, completion_tokens: 20 } }),
      'unreachable',
    ],
    ['with a page', { body: '<html>Sign in</html>', contentType: 'text/html' }, 'unreachable'],
  ])('%s is asked once more, and the ledger has why', async (_what, reply, kind) => {
    const { model, attempts, calls } = await modelAnswering(({ number }) =>
      number === 1 ? reply : { answer: good },
    );
    expect((await model.structured(question)).value).toEqual(good);
    expect(calls).toHaveLength(2);
    expect(attempts.map(({ outcome }) => outcome)).toEqual([kind, 'ok']);
    expect(attempts[0]?.error).toMatch(/provider/);
  });

  test('that says that the request is wrong is not asked again', async () => {
    const { model, calls } = await modelAnswering(() =>
      body({ error: { message: 'no such model', code: 404 } }),
    );
    await expect(model.structured(question)).rejects.toMatchObject({ kind: 'error' });
    expect(calls).toHaveLength(1);
  });
});

const chunk = (delta: object, finish: string | null = null, more: object = {}) =>
  `data: ${JSON.stringify({ id: 'c-1', object: 'chat.completion.chunk', created: 1, model: 'case-model', choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`;
const stream = (...events: string[]): ModelReply => ({
  body: events.join(''),
  contentType: 'text/event-stream',
});
const DONE = 'data: [DONE]\n\n';

describe('a stream', () => {
  test('that ends by its marker without a reason is whole, and its tokens are estimated', async () => {
    const { model, attempts } = await modelAnswering(() =>
      stream(chunk({ content: 'Unused leave ' }), chunk({ content: 'ends.' }), DONE),
    );
    expect(await listen(model)).toMatchObject({ text: 'Unused leave ends.', end: { type: 'end' } });
    expect(attempts).toMatchObject([{ outcome: 'ok', isEstimated: true, usage: { tokensOut: 5 } }]);
  });

  test('that stops without marker and reason broke off', async () => {
    const { model } = await modelAnswering(() => stream(chunk({ content: 'Unused leave ' })));
    await expect(listen(model)).rejects.toMatchObject({ kind: 'unreachable' });
  });

  test('that holds nothing but its marker broke off too', async () => {
    const { model } = await modelAnswering(() => stream(DONE));
    await expect(listen(model)).rejects.toMatchObject({ kind: 'unreachable' });
  });

  test.each([
    ['an overload', { error: { type: 'overloaded_error', message: 'busy' } }, 'unreachable'],
    ['a limit', { error: { code: 429, message: 'busy' } }, 'rate_limited'],
  ])('that tells of %s before any text is asked for once more', async (_what, told, kind) => {
    const { model, attempts } = await modelAnswering(({ number }) =>
      number === 1 ? stream(`data: ${JSON.stringify(told)}\n\n`, DONE) : { content: 'Hello to you.' },
    );
    expect((await listen(model)).text).toBe('Hello to you.');
    expect(attempts.map(({ outcome }) => outcome)).toEqual([kind, 'ok']);
  });

  test('that was cut off at its length says so', async () => {
    const { model } = await modelAnswering(() =>
      stream(chunk({ content: 'Unused' }), chunk({}, 'length'), DONE),
    );
    expect((await listen(model)).end).toMatchObject({ isCutOff: true });
  });

  test('whose totals grow with every chunk is counted once', async () => {
    const used = (tokens: number) => ({
      usage: { prompt_tokens: 10, completion_tokens: tokens, total_tokens: 10 + tokens },
    });
    const { model } = await modelAnswering(() =>
      stream(chunk({ content: 'a' }, null, used(1)), chunk({ content: 'b' }, 'stop', used(2)), DONE),
    );
    expect((await listen(model)).end).toMatchObject({ usage: { tokensIn: 10, tokensOut: 2 } });
  });
});

describe('usage', () => {
  const answering = (usage: unknown): ModelReply => ({
    contentType: 'application/json',
    body: JSON.stringify({
      id: 'c-1',
      object: 'chat.completion',
      created: 1,
      model: 'case-model',
      choices: [
        { index: 0, message: { role: 'assistant', content: JSON.stringify(good) }, finish_reason: 'stop' },
      ],
      usage,
    }),
  });
  test.each<[string, unknown, object, boolean]>([
    [
      'thoughts that only the total holds',
      {
        prompt_tokens: 50,
        completion_tokens: 120,
        total_tokens: 870,
        completion_tokens_details: { reasoning_tokens: 700 },
      },
      { tokensIn: 50, tokensOut: 820 },
      false,
    ],
    [
      'tokens from the cache',
      {
        prompt_tokens: 100,
        completion_tokens: 5,
        total_tokens: 105,
        prompt_tokens_details: { cached_tokens: 90 },
      },
      { tokensIn: 100, tokensOut: 5, tokensCached: 90 },
      false,
    ],
    [
      'more from the cache than there were',
      { prompt_tokens: 100, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 900 } },
      { tokensIn: 100, tokensOut: 5 },
      false,
    ],
    ['null', null, { tokensIn: 6 }, true],
    ['nulls', { prompt_tokens: null, completion_tokens: null }, { tokensIn: 6 }, true],
    ['negative', { prompt_tokens: -5, completion_tokens: 20 }, { tokensIn: 6 }, true],
    ['absurd', { prompt_tokens: 1e15, completion_tokens: 20 }, { tokensIn: 6 }, true],
    ['text', { prompt_tokens: 'many', completion_tokens: 20 }, { tokensIn: 6 }, true],
  ])('%s', async (_what, reported, usage, isEstimated) => {
    const { model, attempts } = await modelAnswering(() => answering(reported));
    expect((await model.structured(question)).usage).toMatchObject(usage);
    expect(attempts).toMatchObject([{ usage, isEstimated }]);
  });
});

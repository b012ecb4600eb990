import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { listening } from '../../test/ports.ts';
import { anthropicProvider } from './anthropic.ts';
import { createChain, type RecordedAttempt } from './chain.ts';
import type { TextPart } from './chat.ts';
import { costOf, readPrices } from './ledger/prices.ts';
import { openAiProvider } from './openai.ts';
import { createRoute } from './route.ts';

/** Answers of models and gateways, each in a file: a `.json` is one answer, a `.sse` a stream. */
const FOLDER = new URL('../../test/fixtures/cases/llm/', import.meta.url);
const FILES = readdirSync(FOLDER);
const GOOD = { verdict: 'plain words', score: 60 };
const call = { tenantId: 'test', purpose: 'test' };
const schema = z.object({ verdict: z.string(), score: z.number().int() });
const question = { system: 'You judge.', user: 'Judge this.', name: 'verdict', schema, call };
const chat = { system: 'You talk.', messages: [{ role: 'user' as const, content: 'Hello?' }], call };
const TEXT = 'Unused leave may be carried over until the end of March.';

const answer = z.object({
  status: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.unknown(),
  onlyWhen: z.string().optional(),
});
type Asked = { temperature?: number; response_format?: { type: string } };

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A provider that answers with a file, or well where the file says that it answers so to some requests only. */
async function provider(file: string, kind: 'openai' | 'anthropic' = 'openai') {
  const bytes = readFileSync(new URL(file, FOLDER));
  const asked: Asked[] = [];
  const reply = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const sent = JSON.parse(Buffer.concat(chunks).toString()) as Asked;
    asked.push(sent);
    if (file.endsWith('.sse'))
      return void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(bytes);
    const { status, headers, body, onlyWhen } = answer.parse(JSON.parse(bytes.toString()));
    const applies =
      onlyWhen === undefined ||
      (onlyWhen.includes('temperature')
        ? sent.temperature !== undefined && sent.temperature !== 1
        : sent.response_format?.type === 'json_schema');
    if (applies) return void response.writeHead(status, headers).end(JSON.stringify(body));
    response.writeHead(200, { 'content-type': 'application/json' }).end(
      JSON.stringify({
        id: 'c-1',
        object: 'chat.completion',
        created: 1,
        model: 'case-model',
        choices: [
          { index: 0, message: { role: 'assistant', content: JSON.stringify(GOOD) }, finish_reason: 'stop' },
        ],
      }),
    );
  };
  const server = createServer((request, response) => void reply(request, response));
  const url = `http://127.0.0.1:${await listening(server)}`;
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const options = { apiKey: 'sk-test', timeoutMs: 10_000, model: 'case-model' };
  const attempts: RecordedAttempt[] = [];
  const made =
    kind === 'anthropic'
      ? anthropicProvider({ ...options, model: 'claude-sonnet-4-5', baseUrl: url })
      : openAiProvider({ ...options, baseUrl: `${url}/v1` }, 'compatible');
  const model = createChain([createRoute(made, { timeoutMs: 10_000 })], {
    admit: async () => {},
    regionOf: async () => null,
    record: async (attempt) => {
      attempts.push(attempt);
    },
  });
  return { model, attempts, asked };
}

async function listen(model: Awaited<ReturnType<typeof provider>>['model']) {
  const parts: TextPart[] = [];
  for await (const part of model.stream(chat)) parts.push(part);
  return { text: parts.map((part) => (part.type === 'delta' ? part.delta : '')).join(''), end: parts.at(-1) };
}

describe('a judgement by a model that answers as in the file', () => {
  test.each([
    ['r25-no-temperature.json', 2],
    ['r26-no-json-schema.json', 2],
    ['r27-fenced.json', 1],
    ['r27-think.json', 1],
  ])('%s comes back', async (file, calls) => {
    const { model, asked } = await provider(file);
    expect((await model.structured(question)).value).toEqual(GOOD);
    expect(asked).toHaveLength(calls);
    expect((await model.structured(question)).value).toEqual(GOOD);
    // What the model does not take is remembered.
    expect(asked).toHaveLength(calls + 1);
  });

  test.each([
    ['r28-error-in-200.json', 'unreachable'],
    ['r28-rate-limit-in-200.json', 'rate_limited'],
    ['r28-empty-choices.json', 'unreachable'],
  ])('%s is a failure of its kind, asked for once more', async (file, kind) => {
    const { model, attempts } = await provider(file);
    await expect(model.structured(question)).rejects.toMatchObject({ kind });
    expect(attempts.map(({ outcome }) => outcome)).toEqual([kind, kind]);
  });

  test('r31-usage-thoughts.json counts the thoughts that only the total holds', async () => {
    const { model, attempts } = await provider('r31-usage-thoughts.json');
    await model.structured(question);
    expect(attempts).toMatchObject([{ usage: { tokensIn: 50, tokensOut: 820 }, isEstimated: false }]);
  });

  test('r31-anthropic-cache.json costs what was read from the cache and written into it', async () => {
    const { model, attempts } = await provider('r31-anthropic-cache.json', 'anthropic');
    expect((await model.structured(question)).value).toEqual(GOOD);
    const usage = attempts[0]?.usage ?? { tokensIn: 0, tokensOut: 0 };
    expect(usage).toMatchObject({ tokensIn: 92_040, tokensOut: 20 });
    expect(costOf(readPrices(), 'anthropic', 'claude-sonnet-4-5', usage)).toBe(34_920);
  });
});

describe('a text by a model that streams as in the file', () => {
  test('r29-stream-no-finish.sse is whole by its marker', async () => {
    const { model, attempts } = await provider('r29-stream-no-finish.sse');
    expect((await listen(model)).text).toContain(TEXT);
    expect(attempts).toMatchObject([{ outcome: 'ok', isEstimated: true }]);
  });

  test('r31-anthropic-cumulative.sse is counted once', async () => {
    const { model, attempts } = await provider('r31-anthropic-cumulative.sse', 'anthropic');
    expect((await listen(model)).text).toBe('Hello there.');
    expect(attempts).toMatchObject([{ usage: { tokensIn: 472, tokensOut: 89 } }]);
  });

  test.each([
    ['chat-array.sse', { text: expect.stringContaining(TEXT), end: { type: 'end' } }],
    ['chat-pretty-json.sse', { text: expect.stringContaining(TEXT), end: { type: 'end' } }],
    ['chat-cut-off.sse', { end: { isCutOff: true } }],
    ['chat-reasoning-only.sse', { text: '', end: { isCutOff: true } }],
  ])('%s is handed on, with what it lacks', async (file, expected) => {
    expect(await listen((await provider(file)).model)).toMatchObject(expected);
  });
});

test('each file has a test', () => {
  const own = readFileSync(new URL(import.meta.url)).toString();
  expect(FILES.filter((file) => !own.includes(`'${file}`) && !own.includes(`${file} `))).toEqual([]);
});

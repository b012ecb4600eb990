import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { type ModelRecorder, type ModelReply, startModelRecorder } from '../../test/model-recorder.ts';
import { chainOf } from '../../test/models.ts';
import { ModelError } from './chat.ts';

const schema = z.object({
  verdict: z.string().min(1).max(200),
  score: z.number().int().min(0).max(100).nullable(),
  evidence: z.array(z.string()).max(20),
});
const good = { verdict: 'fine', score: 80, evidence: ['week.note'] };
const question = {
  system: 'You judge.',
  user: 'Judge this.',
  name: 'test_answer',
  schema,
  call: { tenantId: 'test', purpose: 'test' },
};

let recorder: ModelRecorder | undefined;
afterEach(async () => {
  await recorder?.close();
  recorder = undefined;
});

/** A model whose n-th call gets the n-th reply; the last one is repeated. */
async function modelAnswering(...replies: ModelReply[]) {
  const started = await startModelRecorder(
    ({ number }) => replies[Math.min(number, replies.length) - 1] as ModelReply,
  );
  recorder = started;
  const isSilent = replies.some((reply) => reply.delayMs || ('fault' in reply && reply.fault !== 'break'));
  return { model: connect(started.url, isSilent ? 300 : 10_000), calls: started.calls };
}

function connect(baseUrl: string, timeoutMs = 10_000) {
  return chainOf({ apiKey: 'sk-test', baseUrl, model: 'test-1', timeoutMs });
}

/** The ModelError that a call ends in. */
async function failure(answer: Promise<unknown>): Promise<ModelError> {
  const error = await answer.then(
    () => new Error('it answered'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ModelError);
  return error as ModelError;
}

describe('what is sent', () => {
  test('is the model, the key, two messages and a schema that a strict provider takes', async () => {
    const { model, calls } = await modelAnswering({ answer: good });
    await model.structured(question);
    expect(model.name).toBe('openai:test-1');
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({
      model: 'test-1',
      apiKey: 'sk-test',
      system: 'You judge.',
      user: 'Judge this.',
      name: 'test_answer',
    });
    expect(Object.keys(calls[0]?.schema.properties as object)).toEqual(['verdict', 'score', 'evidence']);
  });
});

describe('an answer', () => {
  test('comes back parsed, with what it cost', async () => {
    const { model } = await modelAnswering({ answer: good, usage: { tokensIn: 321, tokensOut: 45 } });
    expect(await model.structured(question)).toEqual({
      value: good,
      usage: { tokensIn: 321, tokensOut: 45 },
      model: 'openai:test-1',
    });
  });

  test('without usage counts as many tokens as its texts probably have', async () => {
    const { model } = await modelAnswering({ answer: good, usage: null });
    const { usage } = await model.structured(question);
    expect(usage).toEqual({ tokensIn: 6, tokensOut: Math.ceil(JSON.stringify(good).length / 4) });
  });

  test.each<[string, ModelReply]>([
    ['that is not JSON', { content: 'I would give 80 points.' }],
    ['that is cut off', { content: '{"verdict":"fi', finishReason: 'length' }],
    ['that is empty', { content: '' }],
    ['with a field missing', { answer: { verdict: 'fine', score: 80 } }],
    ['with a score beyond the range', { answer: { ...good, score: 101 } }],
    ['with a verdict longer than allowed', { answer: { ...good, verdict: 'x'.repeat(201) } }],
    ['of 200 kB', { content: JSON.stringify({ ...good, verdict: 'x'.repeat(200_000) }) }],
  ])('%s is out of schema, costs what it cost and is not repeated here', async (_what, reply) => {
    const { model, calls } = await modelAnswering({ ...reply, usage: { tokensIn: 7, tokensOut: 3 } });
    expect(await failure(model.structured(question))).toMatchObject({
      kind: 'out_of_schema',
      usage: { tokensIn: 7, tokensOut: 3 },
    });
    expect(calls).toHaveLength(1);
  });

  test.each<[string, ModelReply]>([
    ['says no', { refusal: 'I cannot judge people.' }],
    ['is stopped by the content filter', { content: '', finishReason: 'content_filter' }],
  ])('that %s is a refusal with its cost', async (_what, reply) => {
    const { model, calls } = await modelAnswering({ ...reply, usage: { tokensIn: 9, tokensOut: 4 } });
    expect(await failure(model.structured(question))).toMatchObject({
      kind: 'refused',
      usage: { tokensIn: 9, tokensOut: 4 },
    });
    expect(calls).toHaveLength(1);
  });
});

describe('a provider that fails', () => {
  test('once is asked once more', async () => {
    const { model, calls } = await modelAnswering({ status: 500 }, { answer: good });
    expect((await model.structured(question)).value).toEqual(good);
    expect(calls).toHaveLength(2);
  });

  test.each<[string, ModelReply, ModelError['kind'], number]>([
    ['answers 500', { status: 500 }, 'unreachable', 2],
    ['answers 503', { status: 503, headers: { 'retry-after': '0' } }, 'unreachable', 2],
    ['breaks the connection in mid-body', { fault: 'break' }, 'unreachable', 2],
    ['does not answer', { fault: 'hang' }, 'timeout', 2],
    ['stops in mid-body', { fault: 'stall' }, 'timeout', 2],
    ['is slower than the limit', { answer: good, delayMs: 1_000 }, 'timeout', 2],
    ['refuses the key', { status: 401 }, 'unauthorized', 1],
    ['forbids the model', { status: 403 }, 'unauthorized', 1],
    ['does not know the model', { status: 404 }, 'error', 1],
    ['refuses the request', { status: 400 }, 'error', 1],
    [
      'answers a page in place of JSON',
      { body: '<h1>Bad gateway</h1>', contentType: 'text/html' },
      'unreachable',
      2,
    ],
    ['answers broken JSON', { body: '{"choices": [', contentType: 'application/json' }, 'error', 1],
    [
      'answers JSON that is no completion',
      { body: '{"ok":true}', contentType: 'application/json' },
      'unreachable',
      2,
    ],
    ['answers no choices', { body: '{"choices":[]}', contentType: 'application/json' }, 'unreachable', 2],
  ])('because it %s: %j', async (_what, reply, kind, attempts) => {
    const { model, calls } = await modelAnswering(reply);
    expect(await failure(model.structured(question))).toMatchObject({ kind });
    expect(calls).toHaveLength(attempts);
  });

  test('because nothing listens at its address', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    expect(await failure(connect(`http://127.0.0.1:${port}/v1`).structured(question))).toMatchObject({
      kind: 'unreachable',
    });
  });

  test('never has its key in the message', async () => {
    const { model } = await modelAnswering({
      status: 401,
      body: { error: { message: 'Incorrect API key provided: sk-test' } },
    });
    expect((await failure(model.structured(question))).message).not.toContain('sk-test');
  });
});

describe('a provider that limits our calls', () => {
  test('is asked again after the pause it names', async () => {
    const { model, calls } = await modelAnswering(
      { status: 429, headers: { 'retry-after': '1' } },
      { answer: good },
    );
    expect((await model.structured(question)).value).toEqual(good);
    expect(calls).toHaveLength(2);
  });

  test('for longer than a judgement can wait is left alone', async () => {
    const { model, calls } = await modelAnswering({ status: 429, headers: { 'retry-after': '3600' } });
    expect(await failure(model.structured(question))).toMatchObject({ kind: 'rate_limited' });
    expect(calls).toHaveLength(1);
  });

  test('because the account is empty is not asked again', async () => {
    const { model, calls } = await modelAnswering({
      status: 429,
      body: { error: { code: 'insufficient_quota', message: 'You exceeded your current quota' } },
    });
    expect(await failure(model.structured(question))).toMatchObject({ kind: 'rate_limited' });
    expect(calls).toHaveLength(1);
  });
});

describe('a provider that is down', () => {
  test('is left alone after a few failures, and each question then fails at once', async () => {
    const { model, calls } = await modelAnswering({ status: 500 });
    for (let n = 0; n < 4; n++)
      expect(await failure(model.structured(question))).toMatchObject({ kind: 'unreachable' });
    const asked = calls.length;
    expect(asked).toBeLessThan(8);
    expect((await failure(model.structured(question))).message).toMatch(/not called/);
    expect(calls).toHaveLength(asked);
  });

  test('is not mistaken for one that answers out of schema', async () => {
    const { model, calls } = await modelAnswering({ content: 'no' });
    for (let n = 0; n < 8; n++) await failure(model.structured(question));
    expect(calls).toHaveLength(8);
  });
});

describe("the caller's abort", () => {
  test('before the call keeps it from being made', async () => {
    const { model, calls } = await modelAnswering({ answer: good });
    const reason = new Error('stopping');
    await expect(model.structured({ ...question, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(calls).toHaveLength(0);
  });

  test.each(['hang', 'stall'] as const)('ends a call that %ss, and its connection', async (fault) => {
    const started = await startModelRecorder(() => ({ fault }));
    recorder = started;
    const model = chainOf({
      apiKey: 'sk-test',
      baseUrl: started.url,
      model: 'test-1',
      timeoutMs: 60_000,
    });
    const controller = new AbortController();
    const reason = new Error('stopping');
    const answer = model.structured({ ...question, signal: controller.signal });
    answer.catch(() => {});
    await vi.waitFor(() => expect(started.calls).toHaveLength(1));
    controller.abort(reason);
    await expect(answer).rejects.toBe(reason);
    await started.calls[0]?.closed;
  });

  test('ends the pause before another attempt', async () => {
    const { model, calls } = await modelAnswering({ status: 429, headers: { 'retry-after': '30' } });
    const controller = new AbortController();
    const answer = model.structured({ ...question, signal: controller.signal });
    answer.catch(() => {});
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    await calls[0]?.closed;
    controller.abort(new Error('stopping'));
    await expect(answer).rejects.toThrow('stopping');
    expect(calls).toHaveLength(1);
  });
});

describe('text', () => {
  const chat = {
    system: 'You talk.',
    messages: [
      { role: 'user' as const, content: 'Hello?' },
      { role: 'assistant' as const, content: 'Yes?' },
      { role: 'user' as const, content: 'Go on.' },
    ],
    call: { tenantId: 'test', purpose: 'chat' },
  };

  async function listen(model: Awaited<ReturnType<typeof modelAnswering>>['model'], signal?: AbortSignal) {
    const parts = [];
    for await (const part of model.stream({ ...chat, signal })) parts.push(part);
    return parts;
  }

  test('comes piece by piece, and at last what it used', async () => {
    const { model } = await modelAnswering({
      content: 'Hello to you.',
      usage: { tokensIn: 12, tokensOut: 5 },
    });
    expect(await listen(model)).toEqual([
      ...['Hello ', 'to ', 'you.'].map((delta) => ({ type: 'delta', delta })),
      { type: 'end', usage: { tokensIn: 12, tokensOut: 5 }, model: 'openai:test-1' },
    ]);
  });

  test('that did not begin is asked for once more', async () => {
    const { model, calls } = await modelAnswering({ status: 500 }, { content: 'Here.' });
    expect(await listen(model)).toHaveLength(2);
    expect(calls).toHaveLength(2);
  });

  test.each<[string, ModelReply, ModelError['kind']]>([
    ['breaks off', { fault: 'break' }, 'unreachable'],
    ['just ends', { fault: 'half' }, 'unreachable'],
    ['stops coming', { fault: 'stall' }, 'timeout'],
    ['is a refusal', { refusal: 'No.' }, 'refused'],
    ['never ends', { content: 'word '.repeat(25_000) }, 'error'],
  ])('that %s ends with an error and is not begun again', async (_what, reply, kind) => {
    const { model, calls } = await modelAnswering(reply);
    expect(await failure(listen(model))).toMatchObject({ kind });
    expect(calls).toHaveLength(1);
  });

  test('ends when the caller aborts', async () => {
    const { model } = await modelAnswering({ fault: 'stall' });
    const abort = new AbortController();
    const heard = listen(model, abort.signal);
    setTimeout(() => abort.abort(new Error('gone')), 50);
    await expect(heard).rejects.toThrow('gone');
  });
});

import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createChain, type RecordedAttempt } from './chain.ts';
import type { ModelError, TextPart } from './chat.ts';
import type { Completed, Provider, ProviderName } from './provider.ts';
import { ProviderError } from './provider-error.ts';
import { createRoute, type Route } from './route.ts';

const schema = z.object({ answer: z.string() });
const call = { tenantId: 'test', purpose: 'test' };
const question = { system: '', user: '', name: 'answer', schema, call };
const usage = { tokensIn: 10, tokensOut: 2 };

const yes = (): Completed => ({ text: '{"answer":"yes"}', usage });
const failing = (kind: ModelError['kind']) => (): never => {
  throw new ProviderError(kind, `It is ${kind}.`, false, null);
};

/** A provider in this process: what it answers is what the test says, request by request. */
function provider(name: ProviderName, ...answers: (() => Completed)[]) {
  let asked = 0;
  const self: Provider & { asked(): number } = {
    provider: name,
    model: 'm',
    asked: () => asked,
    complete: async () => {
      asked += 1;
      return (answers[Math.min(asked, answers.length) - 1] as () => Completed)();
    },
    stream: async function* () {
      const { text } = await self.complete({ system: '', messages: [] }, AbortSignal.timeout(1000));
      for (const delta of text) yield { delta };
      yield { usage };
    },
  };
  return self;
}

function chain(...providers: Provider[]) {
  const attempts: RecordedAttempt[] = [];
  const routes = providers.map((each) => createRoute(each, { timeoutMs: 1000 })) as [Route, ...Route[]];
  const model = createChain(routes, {
    admit: async () => {},
    regionOf: async () => null,
    record: async (attempt) => {
      attempts.push(attempt);
    },
  });
  return { model, attempts, routes };
}

describe('another provider is asked', () => {
  test.each<ModelError['kind']>(['unreachable', 'timeout', 'rate_limited', 'error'])(
    'when one is %s',
    async (kind) => {
      const { model, attempts } = chain(provider('openai', failing(kind)), provider('anthropic', yes));
      expect(await model.structured(question)).toEqual({
        value: { answer: 'yes' },
        usage,
        model: 'anthropic:m',
      });
      expect(attempts.map(({ number, provider, outcome }) => [number, provider, outcome])).toEqual([
        [1, 'openai', kind],
        [2, 'anthropic', 'ok'],
      ]);
      expect(new Set(attempts.map(({ callId }) => callId)).size).toBe(1);
    },
  );

  test('when one does not keep to the schema, and both are paid for', async () => {
    const prose = () => ({ text: 'I say yes.', usage });
    const { model, attempts } = chain(provider('openai', prose), provider('anthropic', yes));
    expect((await model.structured(question)).usage).toEqual({ tokensIn: 20, tokensOut: 4 });
    expect(attempts[0]).toMatchObject({ outcome: 'out_of_schema', output: 'I say yes.', usage });
  });

  test('for a text that has not begun', async () => {
    const { model } = chain(provider('openai', failing('timeout')), provider('anthropic', yes));
    const parts: TextPart[] = [];
    for await (const part of model.stream({ system: '', messages: [], call })) parts.push(part);
    expect(parts.at(-1)).toMatchObject({ type: 'end', model: 'anthropic:m' });
  });
});

describe('no other provider is asked', () => {
  test.each<ModelError['kind']>(['unauthorized', 'refused'])('when one is %s', async (kind) => {
    const other = provider('anthropic', yes);
    const { model } = chain(provider('openai', failing(kind)), other);
    await expect(model.structured(question)).rejects.toMatchObject({ kind });
    expect(other.asked()).toBe(0);
  });

  test('when the caller has gone', async () => {
    const other = provider('anthropic', yes);
    const abort = new AbortController();
    const leaving = provider('openai', () => {
      abort.abort(new Error('gone'));
      return failing('timeout')();
    });
    const { model, attempts } = chain(leaving, other);
    await expect(model.structured({ ...question, signal: abort.signal })).rejects.toThrow('gone');
    expect(other.asked()).toBe(0);
    expect(attempts).toMatchObject([{ outcome: 'aborted' }]);
  });
});

test('a key that was refused is reported once, and is not tried again for a while', async () => {
  const states: string[] = [];
  const dead = provider('openai', failing('unauthorized'));
  const route = createRoute(dead, { timeoutMs: 1000, onKey: (state) => states.push(state) });
  const model = createChain([route], {
    admit: async () => {},
    regionOf: async () => null,
    record: async () => {},
  });
  for (let n = 0; n < 3; n++) {
    await expect(model.structured(question)).rejects.toMatchObject({ kind: 'unauthorized' });
  }
  expect(states).toEqual(['refused']);
  expect(route.state()).toBe('key refused');
  expect(dead.asked()).toBe(1);
});

test('an answer that could not be entered in the ledger is not used', async () => {
  const route = createRoute(provider('openai', yes), { timeoutMs: 1000 });
  const model = createChain([route], {
    admit: async () => {},
    regionOf: async () => null,
    record: async () => {
      throw new Error('no database');
    },
  });
  await expect(model.structured(question)).rejects.toThrow('no database');
});

test('calls beyond the tokens of a minute fail as rate limited', async () => {
  const limits = { concurrency: 10, tokensPerMinute: 20, longestWaitMs: 10 };
  const route = createRoute(provider('openai', yes), { timeoutMs: 1000, limits });
  const model = createChain([route], {
    admit: async () => {},
    regionOf: async () => null,
    record: async () => {},
  });
  const long = { ...question, user: 'x'.repeat(60) };
  await model.structured(long);
  await expect(model.structured(long)).rejects.toMatchObject({ kind: 'rate_limited' });
});

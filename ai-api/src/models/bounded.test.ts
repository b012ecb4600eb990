import { expect, it } from 'vitest';
import { z } from 'zod';
import { boundModel } from './bounded.ts';
import type { ChatModel, StructuredRequest } from './chat.ts';

const schema = z.object({ answer: z.string() });
const request: StructuredRequest<typeof schema> = {
  system: '',
  user: '',
  name: 'answer',
  schema,
  call: { tenantId: 'test', purpose: 'test' },
};

/** A model whose calls end when told to, in the order in which they were made. */
function manualModel() {
  const open: (() => void)[] = [];
  const model: ChatModel = {
    name: 'manual',
    structured: async (request) => {
      await new Promise<void>((resolve) => open.push(resolve));
      return {
        value: request.schema.parse({ answer: 'yes' }) as never,
        usage: { tokensIn: 1, tokensOut: 1 },
        model: 'manual',
      };
    },
    stream: () => {
      throw new Error('not asked for');
    },
  };
  return { model, open, endOne: () => open.shift()?.() };
}

it('lets no more calls through than its limit, and the next as soon as one ends', async () => {
  const { model, open, endOne } = manualModel();
  const bounded = boundModel(model, 2);
  const answers = [1, 2, 3, 4].map(() => bounded.structured(request));
  expect(open).toHaveLength(2);

  endOne();
  await answers[0];
  await expect.poll(() => open.length).toBe(2);

  while (open.length > 0) {
    endOne();
    await new Promise(setImmediate);
  }
  expect(await Promise.all(answers)).toHaveLength(4);
});

it('does not make a call that was aborted while it waited', async () => {
  const { model, open, endOne } = manualModel();
  const bounded = boundModel(model, 1);
  const abort = new AbortController();
  const first = bounded.structured(request);
  const second = bounded.structured({ ...request, signal: abort.signal });
  abort.abort();
  endOne();
  await first;
  await expect(second).rejects.toThrow();
  expect(open).toHaveLength(0);
});

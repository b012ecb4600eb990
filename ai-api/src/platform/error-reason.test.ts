import { expect, test } from 'vitest';
import { reasonOf } from './error-reason.ts';

const refused = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });

test.each([
  ['its message', new Error('The key is refused'), 'The key is refused'],
  [
    'every cause',
    new Error('fetch failed', { cause: new Error('no route', { cause: refused }) }),
    'fetch failed: no route: ECONNREFUSED',
  ],
  ['a cause once', new Error('Langfuse: no route', { cause: new Error('no route') }), 'Langfuse: no route'],
  ['its code without a message', refused, 'ECONNREFUSED'],
  ['its name without either', new TypeError(), 'TypeError'],
  ['what was thrown', 'nothing', 'nothing'],
  ['500 characters', new Error('x'.repeat(600)), 'x'.repeat(500)],
])('the reason of an error is %s', (_what, error, reason) => {
  expect(reasonOf(error)).toBe(reason);
});

import { expect, test } from 'vitest';
import { type Check, carryOutAll } from './connections.ts';

const hanging: Check = {
  name: 'hanging',
  cure: 'Start it.',
  run: (_tenantId, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    }),
};
/** Never answers, whatever its signal says. */
function deafCheck() {
  const signals: AbortSignal[] = [];
  const check: Check = {
    name: 'deaf',
    cure: 'Restart it.',
    run: (_tenantId, signal) => {
      signals.push(signal);
      return new Promise(() => {});
    },
  };
  return { check, signals };
}
const broken: Check = {
  name: 'broken',
  cure: 'Repair it.',
  run: async () => {
    throw new Error('fetch failed', { cause: new Error('no route') });
  },
};
const sound: Check = {
  name: 'sound',
  cure: '',
  run: async (tenantId) => ({ state: 'ok', detail: `answers ${tenantId}` }),
};

test('a check that does not end within the limit is a fault, and keeps no other from its result', async () => {
  const { check: deaf, signals } = deafCheck();
  const found = await carryOutAll([hanging, deaf, broken, sound], 'the-tenant', 50);
  const late = 'It did not answer within 0.05 seconds.';
  expect(found.map(({ name, state, detail, cure }) => [name, state, detail, cure])).toEqual([
    ['hanging', 'fault', late, 'Start it.'],
    ['deaf', 'fault', late, 'Restart it.'],
    ['broken', 'fault', 'fetch failed: no route', 'Repair it.'],
    ['sound', 'ok', 'answers the-tenant', null],
  ]);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  expect(found.every(({ durationMs }) => Number.isInteger(durationMs))).toBe(true);
});

import type { INodeParameters } from 'n8n-workflow';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aiManager, type Engine, openEngine, outputOf, start } from './support/engine.mts';
import { type Recorder, startRecorder } from './support/recorder.mts';
import { sampleManifest } from './support/sample-manifest.mts';

let api: Recorder;
let engine: Engine;

beforeAll(async () => {
  api = await startRecorder();
  engine = await openEngine({ baseUrl: api.url, apiKey: 'key-1' }, sampleManifest);
});
beforeEach(() => api.reset());
afterAll(() => api.close());

async function make(additionalFields: INodeParameters, extra: INodeParameters = {}, item = {}) {
  const node = aiManager({ resource: 'thing', operation: 'make', name: 'n', additionalFields, ...extra });
  return await engine.run(engine.workflow([start(), node]), [item]);
}

describe('a field reaches the API as its type', () => {
  test.each([
    ['JSON text', { rows: '[{"a":1}]' }, { rows: [{ a: 1 }] }],
    ['JSON from an expression', { rows: '={{ $json.rows }}' }, { rows: [{ b: 2 }] }],
    [
      'a date of the picker, in the timezone of the workflow',
      { at: '2026-07-01T09:00:00' },
      { at: '2026-07-01T07:00:00.000Z' },
    ],
    ['a date with an offset', { at: '2026-07-01T09:00:00+05:00' }, { at: '2026-07-01T04:00:00.000Z' }],
    [
      'a date of an expression',
      { at: '={{ DateTime.fromISO("2026-07-01T00:00:00Z") }}' },
      { at: '2026-07-01T00:00:00.000Z' },
    ],
    ['a number written as text', { size: '12' }, { size: 12 }],
    ['a boolean written as text', { loud: '={{ "false" }}' }, { loud: false }],
    ['choices', { tags: ['a', 'b'] }, { tags: ['a', 'b'] }],
    ['choices written as text', { tags: '={{ "a, b" }}' }, { tags: ['a', 'b'] }],
  ])('%s', async (_, given, expected) => {
    const run = await make(given, {}, { rows: [{ b: 2 }] });
    expect(run.data.resultData.error?.message).toBeUndefined();
    expect(api.requests[0]?.body).toEqual({ name: 'n', ...expected });
  });

  test('nothing is sent for a field that was added and left empty', async () => {
    await make({ rows: '', at: '', size: '', tags: '' });
    expect(api.requests[0]?.body).toEqual({ name: 'n' });
  });

  test.each([
    ['JSON', { rows: '[{' }, 'Rows is not valid JSON'],
    ['a date', { at: 'next spring' }, 'At is not a date'],
  ])('what is not %s is refused before anything is sent', async (_, given, message) => {
    const run = await make(given);
    expect(run.data.resultData.error?.message).toBe(message);
    expect(api.requests).toHaveLength(0);
  });
});

describe('a path parameter', () => {
  const get = async (thingId: string) => {
    const node = aiManager({ resource: 'thing', operation: 'get', thingId });
    return await engine.run(engine.workflow([start(), node]), [{}]);
  };

  test('is encoded, so that it cannot lead to another operation', async () => {
    await get('a/../b?c#d');
    expect(api.requests[0]?.path).toBe('/things/a%2F..%2Fb%3Fc%23d');
  });

  test.each(['={{ $json.missing }}', ' ', '..', '.'])('%j is refused', async (thingId) => {
    const run = await get(thingId);
    expect(run.data.resultData.error?.message).toBe('Thing ID must not be empty');
    expect(api.requests).toHaveLength(0);
  });
});

describe('the output', () => {
  const answer = { id: 7, name: 'n', details: { much: true } };

  test('is simplified unless the operator wants all of it', async () => {
    api.answer(() => ({ body: answer }));
    const simple = await make({}, {});
    const whole = await make({}, { simplify: false });
    expect(outputOf(simple, 'AI Manager')[0]?.json).toEqual({ id: 7, name: 'n' });
    expect(outputOf(whole, 'AI Manager')[0]?.json).toEqual(answer);
  });

  test('is {success: true} when the API answers 204', async () => {
    api.answer(() => ({ status: 204 }));
    const node = aiManager({ resource: 'thing', operation: 'remove' });
    const run = await engine.run(engine.workflow([start(), node]), [{}]);
    expect(outputOf(run, 'AI Manager')[0]?.json).toEqual({ success: true });
  });
});

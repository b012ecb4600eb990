import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Engine, openEngine, ourNode, outputOf, start } from './support/engine.mts';
import { type Recorded, type Recorder, startRecorder } from './support/recorder.mts';

let api: Recorder;
let engine: Engine;

beforeAll(async () => {
  api = await startRecorder();
  engine = await openEngine({ baseUrl: api.url, apiKey: 'key-1' });
});
beforeEach(() => {
  api.reset();
  api.answer(judge);
});
afterAll(async () => {
  await api.close();
});

/** Fails texts with an address, which a fix takes out. */
function judge({ body }: Recorded) {
  const { text, action } = body as { text: string; action: string };
  const hasAddress = text.includes('@');
  const status = hasAddress ? 'failed' : 'passed';
  const mended = action === 'fix' ? 'mended' : null;
  return {
    status: 201,
    body: { resultId: 'r1', status, output: hasAddress && action !== 'noop' ? mended : text },
  };
}

const run = (parameters: object, items: object[], more: object = {}) =>
  engine.run(
    engine.workflow([
      start(),
      {
        ...ourNode('Validate', 'aiManagerValidate', 'aiManagerApi', {
          ruleSet: 'polite',
          text: '={{ $json.answer }}',
          ...parameters,
        }),
        ...more,
      },
    ]),
    items as never,
  );

describe('a validation', () => {
  const items = [
    { answer: 'Thank you', id: 1 },
    { answer: 'ada@example.com', id: 2 },
  ];

  test('sends each item on by its verdict, with what it was', async () => {
    const done = await run({ action: 'exception' }, items);
    expect(done.status).toBe('success');
    expect(outputOf(done, 'Validate', 0).map(({ json }) => json)).toMatchObject([
      { id: 1, answer: 'Thank you', validation: { status: 'passed', output: 'Thank you' } },
    ]);
    expect(outputOf(done, 'Validate', 1)).toMatchObject([
      { json: { id: 2, validation: { status: 'failed', output: null } }, pairedItem: { item: 1 } },
    ]);
    expect(api.requests.map(({ path }) => path)).toEqual(['/validations', '/validations']);
  });

  test('lets through what was mended; only judging goes by the verdict', async () => {
    const mended = await run({ action: 'fix' }, items);
    expect(outputOf(mended, 'Validate', 0).map(({ json }) => json.id)).toEqual([1, 2]);
    const judged = await run({ action: 'noop' }, items);
    expect(outputOf(judged, 'Validate', 1).map(({ json }) => json.id)).toEqual([2]);
  });

  test('sends options that are filled in, and addresses as a list', async () => {
    await run(
      { options: { about: 'builder:b-001', reference: '', approvers: 'ada@example.com, ben@example.com' } },
      [{ answer: 'x' }],
    );
    expect(api.requests[0]?.body).toEqual({
      ruleSet: 'polite',
      text: 'x',
      action: 'exception',
      about: 'builder:b-001',
      approvers: ['ada@example.com', 'ben@example.com'],
    });
  });

  test('that the API refuses fails the node, or leaves by Fail', async () => {
    api.answer(() => ({ status: 404, body: { title: 'Not found', status: 404, code: 'NOT_FOUND' } }));
    expect((await run({}, items)).status).toBe('error');
    const kept = await run({}, items, { onError: 'continueRegularOutput' });
    expect(outputOf(kept, 'Validate', 1)).toHaveLength(2);
  });
});

import type { IRun, Workflow } from 'n8n-workflow';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Engine, openEngine, ourNode, outputOf, start } from './support/engine.mts';
import { type Recorded, type Recorder, startRecorder } from './support/recorder.mts';
import { startWebhookServer, type WebhookServer } from './support/webhook-server.mts';

const ID = '01890000-0000-7000-8000-000000000001';

interface Kept {
  [field: string]: unknown;
  status: string;
  reference: string;
}

let api: Recorder;
let engine: Engine;
let resumed: WebhookServer;
let decisions: Map<string, Kept>;
const approval = ourNode('Approval', 'aiManagerApproval', 'aiManagerApi', {
  title: 'Count {{ 1 }} hours?',
  approvers: 'boss@example.com',
  details: { facts: [{ name: 'Hours', value: '={{ $json.hours }}' }] },
  waitAmount: 2,
  waitUnit: 'hours',
  options: { reasonRequired: true },
});

beforeAll(async () => {
  api = await startRecorder();
  engine = await openEngine({ baseUrl: api.url, apiKey: 'key-1' });
  resumed = await startWebhookServer(engine);
});
beforeEach(() => {
  decisions = new Map();
  api.reset();
  api.answer(decisionsOf);
});
afterAll(async () => {
  await resumed.close();
  await api.close();
});

/** The decision operations of the API, in memory. */
function decisionsOf({ method, path, body }: Recorded) {
  if (method === 'GET') {
    const known = decisions.get(path.split('/')[2] ?? '');
    return known ? { body: known } : { status: 404, body: { title: 'No' } };
  }
  const given = body as { reference: string };
  const first = [...decisions.values()].find(({ reference }) => reference === given.reference);
  if (first) return { status: 201, body: first };
  const made = {
    decisionId: ID,
    status: 'pending',
    reason: null,
    decidedBy: null,
    decidedAt: null,
    ...given,
  };
  decisions.set(ID, made);
  return { status: 201, body: made };
}

const workflow = (): Workflow => engine.workflow([start(), approval]);
const run = (executionId = '7'): Promise<IRun> =>
  engine.run(workflow(), [{ hours: 12 }, { hours: 99 }], { executionId });

/** What the API sends to the address that the execution waits at. */
async function callBack(decisionId: unknown, executionId = '7') {
  resumed.serve(workflow(), approval, { executionId });
  const response = await fetch(resumed.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ decisionId, status: 'approved' }),
  });
  return response.status;
}

describe('an approval', () => {
  test('asks once for all items, and the execution waits for as long as it says', async () => {
    const done = await run();
    expect(done.status).toBe('waiting');
    expect(api.requests).toHaveLength(1);
    const asked = api.requests[0]?.body as { expiresAt: string; reference: string; callbackUrl: string };
    expect(asked).toMatchObject({
      title: 'Count {{ 1 }} hours?',
      approvers: 'boss@example.com',
      details: { Hours: 12 },
      reasonRequired: true,
      callbackUrl: expect.stringContaining('/webhook-waiting/7'),
      reference: expect.stringMatching(/^n8n\/.+\/workflow1\/7\/Approval\/0$/),
    });
    const hours = (new Date(asked.expiresAt).getTime() - Date.now()) / 3_600_000;
    expect(hours).toBeCloseTo(2, 1);
    expect(done.waitTill?.getTime()).toBeGreaterThan(new Date(asked.expiresAt).getTime());
  });

  test.each([
    ['approved', 1],
    ['declined', 2],
    ['expired', 0],
    ['cancelled', 0],
  ])('that is %s goes on at output %i alone', async (status, output) => {
    await run();
    Object.assign(decisions.get(ID) as Kept, { status, reason: 'So.' });
    expect(await callBack(ID)).toBe(200);
    const outputs = resumed.outputs();
    expect(outputs.map((items) => items.length)).toEqual(
      [0, 1, 2].map((index) => (index === output ? 1 : 0)),
    );
    expect(outputs[output]?.[0]?.json).toMatchObject({ decisionId: ID, status, reason: 'So.' });
  });

  test('believes the API, not the call: a pending decision does not go on', async () => {
    await run();
    expect(await callBack(ID)).toBe(409);
    expect(resumed.outputs()).toEqual([]);
  });

  test('goes on with its own decision alone', async () => {
    await run();
    Object.assign(decisions.get(ID) as Kept, { status: 'approved' });
    expect(await callBack(ID, '8')).toBe(404);
    expect(await callBack('01890000-0000-7000-8000-00000000000f')).toBe(404);
    expect(await callBack(5)).toBe(400);
    expect(resumed.outputs()).toEqual([]);
  });

  test('that was answered meanwhile is not asked again when n8n retries', async () => {
    await run();
    Object.assign(decisions.get(ID) as Kept, { status: 'approved' });
    const again = await run();
    expect(again.status).toBe('success');
    expect(outputOf(again, 'Approval', 1).map(({ json }) => json.status)).toEqual(['approved']);
    expect(decisions.size).toBe(1);
  });
});

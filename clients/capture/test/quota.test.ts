import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, startApi, type TestApi } from '../../../ai-api/test/api.ts';
import { createTestDatabase, type TestDatabase } from '../../../ai-api/test/databases.ts';
import { type StripeRecorder, startStripeRecorder } from '../../../ai-api/test/stripe-recorder.ts';
import { createApi } from '../src/api.ts';
import { reportPush } from '../src/commands/push.ts';
import { openQueue } from '../src/queue.ts';
import { sendQueue } from '../src/send.ts';

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

describe('conversations beyond the quota of the day', () => {
  const folder = mkdtempSync(join(tmpdir(), 'capture-quota-'));
  let testDatabase: TestDatabase;
  let stripe: StripeRecorder;
  let api: TestApi;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    stripe = await startStripeRecorder();
    api = await startApi(testDatabase, { ...stripe.env, TENANT_TIER: 'starter' });
  });
  afterAll(async () => {
    await api.stop();
    await stripe.close();
    await testDatabase.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const agree = (allowed: number) =>
    api.client.planOverride.set({
      quota: 'conversations',
      allowed,
      endsAt: inAnHour(),
      reason: 'Agreed for the test',
    });
  const part = (sessionId: string, ...texts: string[]) =>
    JSON.stringify({
      tool: 'codex',
      sessionId,
      messages: texts.map((text) => ({ id: text, author: 'human', text })),
    });
  const saved = async () => (await api.client.conversation.list({})).items.length;

  test('are held and sent later, while known conversations go on', async () => {
    await agree(1);
    const own = createApi({ url: api.url, apiKey: ADMIN_KEY, actingFor: null });
    const queue = openQueue(folder);
    for (const body of [part('s-1', 'one'), part('s-2', 'two'), part('s-2', 'more'), part('s-1', 'three')])
      queue.add(body);
    const sent = await sendQueue(queue, own, []);
    expect(sent).toMatchObject({ parts: 2, refused: [], waiting: null, held: { parts: 2 } });
    expect(queue.counts()).toMatchObject({ waiting: 2, refused: 0 });
    expect(await saved()).toBe(1);

    const notes: string[] = [];
    const run = { print: () => {}, note: (text: string) => void notes.push(text) };
    expect(reportPush(run, { outcomes: [], sent, commits: [] })).toBe(1);
    expect(notes).toEqual([
      expect.stringMatching(
        /^2 parts are held in the queue\. The plan Starter allows 1 saved conversations a day, and they are used up\. .* A push after \d{4}-\d\d-\d\d 00:00 UTC sends them\.$/,
      ),
    ]);

    await agree(2);
    expect(await sendQueue(queue, own, [])).toMatchObject({ parts: 2, held: null, waiting: null });
    expect(queue.counts()).toMatchObject({ waiting: 0, refused: 0 });
    expect(await saved()).toBe(2);
  });
});

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { refusal } from '../../../../test/people.ts';
import type { Client } from '../../../catalogue/client.ts';

const KIND = 'commit-link';
const START = '2026-11-20T09:00:00.000Z';
const COMMITTED = '2026-11-20T09:15:00.000Z';
/** Pairs of either sort: both together are more than the 30 that a proposal takes. */
const PAIRS = 20;

describe.each(businessDatabases())('thresholds of links on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let client: Client;

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    client = api.client;
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  let pairs = 0;
  /** A conversation and a commit in a repository of their own; a weak one shares one file of two, and no lines are known. */
  async function pair(isStrong: boolean): Promise<string> {
    const sha = randomBytes(20).toString('hex');
    const repository = `github.com/sample/pair-${++pairs}`;
    const line = `send(withBackoff(tries), '${sha}');`;
    await client.conversation.create({
      tool: 'claude-code',
      sessionId: `session-${pairs}`,
      repository,
      branch: 'main',
      startedAt: START,
      messages: [
        { id: 'q', author: 'human', text: 'Make the upload retry with backoff', at: START },
        {
          id: 'a',
          author: 'assistant',
          text: 'Done.',
          at: '2026-11-20T09:10:00.000Z',
          toolCalls: [
            {
              name: 'Edit',
              action: 'edit',
              edits: [
                { path: 'src/upload.ts', before: '', after: `${line}\nconst pair = ${pairs};\nexport {};` },
              ],
            },
          ],
        },
      ],
    });
    const changed = { change: 'modified' as const, path: 'src/upload.ts' };
    await client.commit.record({
      repository,
      commits: [
        {
          sha,
          message: isStrong ? 'Retry the upload with backoff' : 'Various things',
          authoredAt: COMMITTED,
          committedAt: COMMITTED,
          branch: 'main',
          parents: [],
          files: isStrong
            ? [{ ...changed, patch: `@@ -0,0 +1,2 @@\n+${line}\n+const pair = ${pairs};` }]
            : [changed, { ...changed, path: 'docs/other.md' }],
        },
      ],
    });
    return sha;
  }

  const linkOf = async (sha: string) => (await client.link.ofCommit({ sha })).items[0];
  const suggested = (sha: string) =>
    vi.waitFor(
      async () => {
        const found = await linkOf(sha);
        expect(found).toMatchObject({ level: 'probable', status: 'suggested' });
        return found as NonNullable<typeof found>;
      },
      { timeout: 30_000, interval: 50 },
    );
  /** Waits until every commit and conversation was looked at. */
  const quiet = () =>
    vi.waitFor(
      async () => {
        const { items } = await client.job.queues({});
        const busy = items.filter(
          ({ queue, depth, running }) => queue.startsWith('links.') && depth + running > 0,
        );
        expect(busy).toEqual([]);
      },
      { timeout: 30_000, interval: 50 },
    );

  test('are fitted to what people confirmed and rejected; a yes keeps taking a proof', async () => {
    const strong = await Promise.all(Array.from({ length: PAIRS }, () => pair(true)));
    const weak = await Promise.all(Array.from({ length: PAIRS }, () => pair(false)));
    const scores: number[][] = [[], []];
    for (const sha of strong) {
      const { linkId, score } = await suggested(sha);
      scores[0]?.push(score ?? 0);
      await client.link.confirm({ linkId });
    }
    for (const sha of weak) {
      const { linkId, score } = await suggested(sha);
      scores[1]?.push(score ?? 0);
      await client.link.reject({ linkId, reason: 'Another person wrote this by hand.' });
    }
    expect(Math.min(...(scores[0] as number[]))).toBeGreaterThan(Math.max(...(scores[1] as number[])));

    const { cases, status, proposal, brier, notes, curve, inForce } = await client.calibration.get({
      kind: KIND,
      maxError: 0.2,
    });
    expect([cases, status]).toEqual([2 * PAIRS, 'proposed']);
    expect(brier.after).toBeLessThan(brier.before as number);
    // What would be a no is half of the cases; a yes is decided by no score and stays at its threshold.
    expect(curve[1]?.coverage).toBe(0.5);
    expect(proposal).toMatchObject({ yesAt: inForce.yesAt, noAt: 0.51 });
    expect(notes.join(' ')).toContain('only a proof');

    const reason = 'Fitted to what we confirmed and rejected.';
    const fitted = { kind: KIND, ...(proposal as NonNullable<typeof proposal>), reason };
    expect(
      await refusal(client.calibration.apply({ ...fitted, yesAt: 0.9, expectedVersion: 0 })),
    ).toMatchObject({ document: { code: 'INVALID_INPUT', errors: [{ field: 'yesAt' }] } });
    expect(await client.calibration.apply({ ...fitted, expectedVersion: 0 })).toMatchObject({ version: 1 });

    const [likely, unlikely] = [await pair(true), await pair(false)];
    await suggested(likely);
    await quiet();
    expect(await linkOf(unlikely)).toBeUndefined();
  });

  test('that every score would pass make no link certain', async () => {
    const { inForce } = await client.calibration.get({ kind: KIND });
    // So steep that a score above 60 is a probability of 1.
    await client.calibration.apply({
      kind: KIND,
      yesAt: 1,
      noAt: 0.51,
      slope: 10,
      intercept: -600,
      expectedVersion: inForce.version,
      reason: 'Every score is to be enough.',
    });
    expect((await suggested(await pair(true))).decidedBy).toBeNull();
  });
});

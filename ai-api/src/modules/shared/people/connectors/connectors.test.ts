import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Fault, type Sources, startSources } from '../../../../../../examples/sources.ts';
import { OutsideCallError } from '../../../../platform/http-client.ts';
import { type ConnectorOptions, createBrainLift, createMetricsApi, createWorkSmart } from './index.ts';

const KEY = 'a-key-of-the-test';
const WEEK = '2026-W46';
const SAMPLE = join(import.meta.dirname, '../../../../../../examples/sample-company');

let sources: Sources;
let faults: (attempt: number) => Fault | undefined;
let pauses: number[];

beforeEach(async () => {
  faults = () => undefined;
  pauses = [];
  sources = await startSources({
    directory: SAMPLE,
    apiKey: KEY,
    port: 0,
    faults: (_source, _builderId, { attempt }) => faults(attempt),
  });
});
afterEach(async () => {
  vi.useRealTimers();
  await sources.close();
});

function options(baseUrl: string, more: Partial<ConnectorOptions> = {}): ConnectorOptions {
  return { baseUrl, apiKey: KEY, sleep: async (ms) => pauses.push(ms), ...more };
}
const workSmart = (more: Partial<ConnectorOptions> = {}) =>
  createWorkSmart(options(sources.worksmartUrl, more));
const brainLift = () => createBrainLift(options(sources.brainliftUrl));
const metricsApi = () => createMetricsApi(options(sources.metricsUrl));

const CONNECTORS = [
  ['WorkSmart', workSmart],
  ['BrainLift', brainLift],
  ['Metrics API', metricsApi],
] as const;

async function failure(work: Promise<unknown>): Promise<OutsideCallError> {
  const error = await work.catch((reason: unknown) => reason);
  if (!(error instanceof OutsideCallError)) throw new Error('not an OutsideCallError', { cause: error });
  expect(error.message).not.toContain(KEY);
  return error;
}

describe('the week of a builder', () => {
  it('is hours and days from WorkSmart', async () => {
    expect(await workSmart().weekOf('b-0001', WEEK)).toEqual({
      builderId: 'b-0001',
      week: WEEK,
      hoursWorked: 38.7,
      activeDays: 6,
    });
  });

  it('is quality and entries from BrainLift', async () => {
    expect(await brainLift().weekOf('b-0001', WEEK)).toEqual({
      builderId: 'b-0001',
      week: WEEK,
      quality: 69,
      entries: 9,
    });
  });

  it('is goals, note and projects from the Metrics API', async () => {
    expect(await metricsApi().weekOf('b-0004', WEEK)).toEqual({
      builderId: 'b-0004',
      week: WEEK,
      goalsSet: expect.any(Number),
      goalsMet: expect.any(Number),
      note: expect.any(String),
      projects: ['p-0004', 'p-0005'].map((projectId) => ({
        projectId,
        goalsSet: expect.any(Number),
        goalsMet: expect.any(Number),
        activeUsers: expect.any(Number),
        revenueUsd: expect.any(Number),
      })),
    });
  });

  it.each(CONNECTORS)('is null where %s knows nothing of the person', async (_, connect) => {
    expect(await connect().weekOf('nobody', WEEK)).toBeNull();
    expect(sources.requests).toHaveLength(1);
  });

  it('can be read for every builder and week of the sample, contradictions included', async () => {
    const ids = Array.from({ length: 75 }, (_, i) => `b-${String(i + 1).padStart(4, '0')}`);
    const weeks = async (connector: ReturnType<(typeof CONNECTORS)[number][1]>) =>
      (await Promise.all(ids.map((id) => connector.weekOf(id, WEEK)))).filter((week) => week !== null);
    const [hours, , goals] = await Promise.all([weeks(workSmart()), weeks(brainLift()), weeks(metricsApi())]);
    expect(hours).toContainEqual(expect.objectContaining({ hoursWorked: 3, activeDays: 7 }));
    expect(hours.some((week) => 'hoursWorked' in week && (week.hoursWorked ?? 0) > 120)).toBe(true);
    expect(goals.some((week) => 'goalsMet' in week && (week.goalsMet ?? 0) > (week.goalsSet ?? 0))).toBe(
      true,
    );
  });

  it('is asked for with ids of any letters, each as one segment of the path', async () => {
    for (const id of ['a/b?c#d', 'é ü', '%2e%2e', 'a\\b']) {
      expect(await workSmart().weekOf(id, WEEK)).toBeNull();
      expect(sources.requests.at(-1)?.builderId).toBe(id);
    }
  });

  it.each(['', '.', '..'])('is not asked for by the id "%s", which would change the path', async (id) => {
    await expect(workSmart().weekOf(id, WEEK)).rejects.toThrow(RangeError);
    expect(sources.requests).toHaveLength(0);
  });
});

describe.each(CONNECTORS)('%s', (label, connect) => {
  it('answers a ping with the right key', async () => {
    await expect(connect().ping()).resolves.toBeUndefined();
  });

  it('is repeated after 429 as Retry-After says, and then read', async () => {
    faults = (attempt) => (attempt === 1 ? { status: 429, headers: { 'retry-after': '3' } } : undefined);
    expect(await connect().weekOf('b-0001', WEEK)).toMatchObject({ builderId: 'b-0001' });
    expect(pauses).toEqual([3_000]);
  });

  it('is given up after three 500s', async () => {
    faults = () => ({ status: 500 });
    const error = await failure(connect().weekOf('b-0001', WEEK));
    expect(error).toMatchObject({ kind: 'server_error', status: 500, service: label });
    expect(sources.requests).toHaveLength(3);
  });

  it.each([
    ['an answer about another person', { builderId: 'b-0002', week: WEEK }],
    ['an answer about another week', { builderId: 'b-0001', week: '2026-W45' }],
  ])('refuses %s', async (_, body) => {
    const right = await connect().weekOf('b-0001', WEEK);
    faults = () => ({ body: { ...right, ...body } });
    const error = await failure(connect().weekOf('b-0001', WEEK));
    expect(error.message).toContain('it is about another person or week');
  });

  it('refuses an answer that leaves out a field', async () => {
    faults = () => ({ body: { builderId: 'b-0001', week: WEEK } });
    expect((await failure(connect().weekOf('b-0001', WEEK))).kind).toBe('bad_response');
    expect(sources.requests).toHaveLength(1);
  });
});

describe('a source that is not well', () => {
  it('refuses a wrong key once, for weeks and for the ping', async () => {
    const wrong = workSmart({ apiKey: 'not-the-key' });
    expect(await failure(wrong.weekOf('b-0001', WEEK))).toMatchObject({ kind: 'unauthorized', status: 401 });
    expect(await failure(wrong.ping())).toMatchObject({ message: 'WorkSmart refused the API key (401)' });
    expect(sources.requests.map((request) => request.status)).toEqual([401, 401]);
  });

  it('fails a ping, and not a week, where the base URL leads nowhere', async () => {
    const lost = workSmart({ baseUrl: `${sources.worksmartUrl}/elsewhere` });
    expect((await failure(lost.ping())).kind).toBe('not_found');
    expect(await lost.weekOf('b-0001', WEEK)).toBeNull();
  });

  it('is timed out when it hangs, in each attempt', async () => {
    faults = () => ({ hang: true });
    const error = await failure(workSmart({ timeoutMs: 200, retries: 1 }).weekOf('b-0001', WEEK));
    expect(error.message).toBe('WorkSmart did not answer within 0.2 s');
    expect(sources.requests).toHaveLength(2);
  });

  it('is timed out when it is late once, and then read', async () => {
    faults = (attempt) => (attempt === 1 ? { delayMs: 5_000 } : undefined);
    expect(await workSmart({ timeoutMs: 400 }).weekOf('b-0001', WEEK)).not.toBeNull();
  });

  it.each([
    ['hours below 0', { hoursWorked: -1, activeDays: 3 }],
    ['hours beyond 1,000', { hoursWorked: 1_000.5, activeDays: 3 }],
    ['hours as text', { hoursWorked: '38', activeDays: 3 }],
    ['eight days', { hoursWorked: 38, activeDays: 8 }],
    ['half a day', { hoursWorked: 38, activeDays: 2.5 }],
  ])('is refused %s', async (_, body) => {
    faults = () => ({ body: { builderId: 'b-0001', week: WEEK, ...body } });
    expect((await failure(workSmart().weekOf('b-0001', WEEK))).kind).toBe('bad_response');
  });

  it('is left alone when the circuit is open, and read again when it has recovered', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const subject = workSmart({ retries: 0, breaker: { failures: 2, resetMs: 30_000 } });
    faults = () => ({ status: 503 });
    for (const id of ['b-0001', 'b-0002']) await failure(subject.weekOf(id, WEEK));
    expect((await failure(subject.weekOf('b-0003', WEEK))).message).toBe(
      'WorkSmart failed several times in a row and is not called for a while',
    );
    expect(sources.requests).toHaveLength(2);
    faults = () => undefined;
    vi.setSystemTime(Date.now() + 30_001);
    expect(await subject.weekOf('b-0003', WEEK)).not.toBeNull();
    expect(subject.circuit()).toBe('closed');
  });

  it('lets go of a caller who aborts', async () => {
    faults = () => ({ hang: true });
    const abort = new AbortController();
    const call = metricsApi().weekOf('b-0001', WEEK, abort.signal);
    await vi.waitFor(() => expect(sources.requests).toHaveLength(1));
    abort.abort(new Error('the worker stops'));
    await expect(call).rejects.toThrow('the worker stops');
  });
});

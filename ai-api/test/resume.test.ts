import { describe, expect, type TestContext, test, vi } from 'vitest';
import type { Client } from '../src/catalogue/client.ts';
import { partOfSampleCompany, SAMPLE_WEEK, testEnvironment } from './api.ts';
import { businessDatabases, databaseKinds, type TestDatabase } from './databases.ts';
import { type AnswerModel, scoreEverything, startModelRecorder } from './model-recorder.ts';
import { startProcess } from './process.ts';
import { completed, countJudgements, smallCompany, storedEvaluations } from './runs.ts';
import { type Delivery, startSubscriber, verified } from './subscriber.ts';

/** They wait for heartbeats that stay away, side by side; on a busy machine each of their processes starts slowly. */
const options = { concurrent: true, timeout: 400_000 };
const BUILDERS = 20;
const PROJECTS = 25;
const POLL = { timeout: 300_000, interval: 50 };

const answer = scoreEverything(70, (id) => [id === 'reflection' ? 'week.note' : 'project.tamRationale']);
const slowly: AnswerModel = async (call) => ({ ...(await answer(call)), delayMs: 150 });

type Finish = TestContext['onTestFinished'];

/** An empty database, and the environment of processes on it, which the end of the test ends. */
async function prepare(create: () => Promise<TestDatabase>, onTestFinished: Finish) {
  const testDatabase = await create();
  onTestFinished(() => testDatabase.remove());
  const start = async (env: Record<string, string> = {}) => {
    const given = testEnvironment(testDatabase, {
      JOB_HEARTBEAT_SECONDS: '10',
      EVALUATION_CONCURRENCY: '4',
      ...env,
    });
    const started = await startProcess(given);
    onTestFinished(async () => {
      await started.end('SIGKILL');
    });
    return started;
  };
  return { testDatabase, start };
}

/** A model that answers so, and the environment that names it. */
async function prepareModel(first: AnswerModel, onTestFinished: Finish) {
  const recorder = await startModelRecorder(first);
  onTestFinished(() => recorder.close());
  const env = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: recorder.url, OPENAI_MODEL: 'test-1' };
  return { recorder, env };
}

/** Starts the weekly run of builders enough for a process to be killed in the middle of it. */
async function startRun(client: Client): Promise<string> {
  await client.people.import(partOfSampleCompany(BUILDERS));
  return (await client.evaluation.startWeekly({ week: SAMPLE_WEEK })).runId;
}

/** Waits until so many builders are judged, of a run that goes on. */
async function judged(client: Client, runId: string, count: number): Promise<void> {
  const look = async () => {
    const run = await client.evaluation.getRun({ runId });
    expect(run.judged).toBeGreaterThanOrEqual(count);
    return run;
  };
  expect((await vi.waitFor(look, POLL)).status).toBe('running');
}

/** Every builder of the run is judged, and none twice. */
async function expectEachJudgedOnce(
  testDatabase: TestDatabase,
  runId: string,
  { builders, projects } = { builders: BUILDERS, projects: PROJECTS },
): Promise<void> {
  const database = await testDatabase.open();
  try {
    const rows = await storedEvaluations(database, runId);
    expect(rows).toHaveLength(builders);
    for (const { builder_id, status, attempts, subject_id } of rows) {
      expect({ builder_id, status, attempts }).toEqual({ builder_id, status: 'judged', attempts: 1 });
      expect(subject_id).toBe(builder_id);
    }
    expect(new Set(rows.map(({ judgement_id }) => judgement_id)).size).toBe(builders);
    expect(await countJudgements(database, 'evaluation')).toBe(builders);
    expect(await countJudgements(database, 'project-evaluation')).toBe(projects);
  } finally {
    await database.close();
  }
}

const ALL = { judged: BUILDERS, failed: 0, pending: 0, projects: PROJECTS };

describe.each(databaseKinds())('a run on $name', options, ({ name, create }) => {
  test('goes on after kill -9 and after SIGTERM in its middle: every builder is judged once', async ({
    onTestFinished,
  }) => {
    const { testDatabase, start } = await prepare(create, onTestFinished);
    const { env } = await prepareModel(slowly, onTestFinished);
    const first = await start(env);
    const runId = await startRun(first.client);
    await judged(first.client, runId, 4);
    expect(await first.end('SIGKILL')).toBeNull();

    const second = await start(env);
    await judged(second.client, runId, 10);
    expect(await second.end('SIGTERM')).toBe(0);

    const third = await start(env);
    expect(await completed(third.client, runId)).toMatchObject(ALL);
    expect(await third.end('SIGTERM')).toBe(0);
    await expectEachJudgedOnce(testDatabase, runId);
  });

  test.skipIf(name === 'PGlite')(
    'is taken over by another worker when the first is killed',
    async ({ onTestFinished }) => {
      const { testDatabase, start } = await prepare(create, onTestFinished);
      const { env } = await prepareModel(slowly, onTestFinished);
      const api = await start({ ...env, ROLE: 'api' });
      const worker = await start({ ...env, ROLE: 'worker' });
      const runId = await startRun(api.client);
      await judged(api.client, runId, 4);
      expect(await worker.end('SIGKILL')).toBeNull();
      const left = await api.client.evaluation.getRun({ runId });
      expect(left.status).toBe('running');
      expect(left.pending).toBeGreaterThan(0);

      const other = await start({ ...env, ROLE: 'worker' });
      expect(await completed(api.client, runId)).toMatchObject(ALL);
      expect(await other.end('SIGTERM')).toBe(0);
      expect(await api.end('SIGTERM')).toBe(0);
      await expectEachJudgedOnce(testDatabase, runId);
    },
  );
});

describe.each(businessDatabases())(
  'a run on $name, whose database makes no difference',
  options,
  ({ create }) => {
    test('is not kept from stopping by a model that hangs, and goes on after it', async ({
      onTestFinished,
    }) => {
      const { testDatabase, start } = await prepare(create, onTestFinished);
      const { recorder, env } = await prepareModel(() => ({ fault: 'hang' }), onTestFinished);
      const first = await start({ ...env, MODEL_TIMEOUT_MS: '600000' });
      await first.client.people.import(smallCompany(8));
      const { runId } = await first.client.evaluation.startWeekly({ week: SAMPLE_WEEK });
      await vi.waitFor(() => expect(recorder.calls).toHaveLength(4), POLL);
      expect(await first.end('SIGTERM')).toBe(0);

      recorder.answerWith(answer);
      const second = await start(env);
      expect(await completed(second.client, runId)).toMatchObject({ judged: 8, failed: 0 });
      expect(await second.end('SIGTERM')).toBe(0);
      await expectEachJudgedOnce(testDatabase, runId, { builders: 8, projects: 0 });
    });

    test('is announced again after kill -9 between its end and the delivery', async ({ onTestFinished }) => {
      const { start } = await prepare(create, onTestFinished);
      const subscriber = await startSubscriber((_delivery, number) =>
        number === 1 ? 'hang' : { status: 200 },
      );
      onTestFinished(() => subscriber.close());
      const first = await start();
      await first.client.people.import(smallCompany(1));
      const { id, secret } = await first.client.webhook.create({
        url: subscriber.url,
        events: ['evaluation.run.completed'],
      });
      const { runId } = await first.client.evaluation.startWeekly({ week: SAMPLE_WEEK });
      await vi.waitFor(() => expect(subscriber.deliveries).toHaveLength(1), POLL);
      expect(await first.end('SIGKILL')).toBeNull();

      const second = await start();
      await vi.waitFor(() => expect(subscriber.deliveries).toHaveLength(2), POLL);
      const [lost, taken] = subscriber.deliveries as [Delivery, Delivery];
      expect(taken.id).toBe(lost.id);
      expect(verified(secret, taken)).toMatchObject({ data: { runId, judged: 1 } });
      await vi.waitFor(async () => {
        const { lastDelivery } = await second.client.webhook.get({ endpointId: id });
        expect(lastDelivery).toMatchObject({ status: 'delivered' });
      }, POLL);
      expect(await second.end('SIGTERM')).toBe(0);
    });
  },
);

import { sql } from 'kysely';
import { describe, expect, test, vi } from 'vitest';
import { ADMIN_KEY, SAMPLE_WEEK, testEnvironment } from '../../../../test/api.ts';
import { databaseKinds } from '../../../../test/databases.ts';
import { type AnswerModel, scoreEverything, startModelRecorder } from '../../../../test/model-recorder.ts';
import { startProcess } from '../../../../test/process.ts';
import { completed, smallCompany } from '../../../../test/runs.ts';
import { createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';

const BUILDERS = 40;

const answer = scoreEverything(70, () => ['week.note']);
const slowly: AnswerModel = async (call) => ({ ...(await answer(call)), delayMs: 250 });

/** The embedded database belongs to one process. */
const servers = databaseKinds().filter(({ name }) => name === 'PostgreSQL');

describe.each(servers)('a stop of engines, with several processes on $name', ({ create }) => {
  test('holds in every worker from the response on, also in one that starts later', {
    timeout: 200_000,
  }, async ({ onTestFinished }) => {
    const testDatabase = await create();
    onTestFinished(() => testDatabase.remove());
    const recorder = await startModelRecorder(slowly);
    onTestFinished(() => recorder.close());
    const start = async (role: 'api' | 'worker') => {
      const started = await startProcess(
        testEnvironment(testDatabase, {
          ...{ ROLE: role, EVALUATION_CONCURRENCY: '2', JOB_HEARTBEAT_SECONDS: '10' },
          ...{ OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: recorder.url, OPENAI_MODEL: 'test-1' },
        }),
      );
      onTestFinished(async () => {
        await started.end('SIGKILL');
      });
      return started;
    };
    const [{ client }, { url }, first] = await Promise.all([
      start('api'),
      start('api'),
      start('worker'),
      start('worker'),
    ]);
    const { userId } = await client.user.create({
      email: 'boss@people.example',
      name: 'The Executive',
      roles: ['executive'],
      password: 'a long phrase of words',
    });
    // The stop comes by another API process than the one that started the run.
    const executive = createClient(resources, { baseUrl: url ?? '', apiKey: ADMIN_KEY, actingFor: userId });
    await client.people.import(smallCompany(BUILDERS));
    const { runId } = await client.evaluation.startWeekly({ week: SAMPLE_WEEK });
    await vi.waitFor(
      async () => expect((await client.evaluation.getRun({ runId })).judged).toBeGreaterThanOrEqual(6),
      { timeout: 60_000, interval: 20 },
    );
    await executive.oversight.set({ kind: 'evaluation', mode: 'people', reason: 'Grades look wrong.' });
    const database = await testDatabase.open();
    onTestFinished(() => database.close());
    const graded = async () => {
      const { rows } = await sql<{ subject_id: string }>`
        select subject_id from judgement.judgements
        where kind = 'evaluation' and (grade <> 'insufficient evidence' or score is not null or proposal is not null)
        order by subject_id`.execute(database.system('the test looks behind the API'));
      return rows.map(({ subject_id }) => subject_id);
    };
    const before = await graded();
    expect(before.length).toBeGreaterThanOrEqual(6);
    expect(before.length).toBeLessThan(BUILDERS);
    await first.end('SIGKILL');
    await start('worker');
    expect(await completed(client, runId)).toMatchObject({ judged: BUILDERS, failed: 0 });
    expect(await graded()).toEqual(before);
  });
});

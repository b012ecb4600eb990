import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleCompany, startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { completed, evaluate, problem, type Run } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';

const STRANGER = `aim_stranger_${'0123456789abcdef'.repeat(3)}`;

describe.each(businessDatabases())('answers about a completed run on $name', ({ name, create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let client: Client;
  let executive: Client;
  let run: Run;
  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
    client = api.client;
    executive = await staff(api, 'boss@sample-company.example', ['executive'], 'The Executive');
    const { identity } = api.context;
    await identity.ensureKey(await identity.ensureTenant('other'), 'stranger', STRANGER, ['admin']);
    await client.people.import(sampleCompany());
    run = await evaluate(client);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const results = (from = client) => from.evaluation.listResults({ runId: run.runId, limit: 10 });
  const first = async (from = client) => {
    const [item] = (await results(from)).items;
    if (!item) throw new Error('The run has no results');
    return item;
  };
  /** Changes what no operation changes, past the trigger: only an answer from the cache is then as before. */
  const rename = async (team: string) => {
    const kysely = api.context.database.system('the test looks behind the API');
    await sql`alter table evaluations.evaluations disable trigger revise_runs`.execute(kysely);
    await sql`update evaluations.evaluations set team = ${team}`.execute(kysely);
    await sql`alter table evaluations.evaluations enable trigger revise_runs`.execute(kysely);
  };
  const override = async () => {
    const { evaluationId } = await first();
    const { judgement } = await client.evaluation.get({ evaluationId });
    const judgementId = judgement?.judgementId as string;
    const grade = judgement?.grade === 'A' ? 'B' : 'A';
    await executive.evaluation.override({ evaluationId, judgementId, grade, reason: 'Seen with own eyes.' });
    return { evaluationId, grade };
  };

  test('are kept', async () => {
    const { team } = await first();
    await rename('Renamed');
    expect((await first()).team).toBe(team);
  });

  test('are new after an override', async () => {
    await client.evaluation.getRun({ runId: run.runId });
    const { evaluationId, grade } = await override();
    expect(await first()).toMatchObject({ evaluationId, grade, engine: 'human', team: 'Renamed' });
    expect((await client.evaluation.get({ evaluationId })).judgement).toMatchObject({ grade });
  });

  test('are new after an e-mail was marked as sent', async () => {
    const { notified } = await client.evaluation.getRun({ runId: run.runId });
    const { evaluationId } = await first();
    await client.evaluation.markNotified({ evaluationId });
    expect((await client.evaluation.getRun({ runId: run.runId })).notified).toBe(notified + 1);
    expect((await first()).notifiedAt).not.toBeNull();
  });

  test('are new while failed builders are judged again, and after', async () => {
    const { evaluationId, builderId } = await first();
    await api.context.database
      .system('the test lets an evaluation fail')
      .updateTable('evaluations.evaluations')
      .set({ status: 'failed', error: 'The source was away', judgement_id: null })
      .where('id', '=', evaluationId)
      .execute();
    expect((await client.evaluation.getRun({ runId: run.runId })).failed).toBe(1);
    expect(await first()).toMatchObject({ status: 'failed' });
    await api.context.database
      .system('the test takes what the first judgement left')
      .deleteFrom('evaluations.project_grades')
      .where('evaluation_id', '=', evaluationId)
      .execute();
    expect((await client.evaluation.retry({ runId: run.runId, builderId })).status).toBe('running');
    expect((await completed(client, run.runId)).failed).toBe(0);
    expect(await first()).toMatchObject({ status: 'judged', error: null });
  });

  test('are nothing to another tenant', async () => {
    await results();
    const stranger = createClient(resources, { baseUrl: api.url, apiKey: STRANGER });
    const missing = { status: 404, code: 'NOT_FOUND' };
    expect(await problem(stranger.evaluation.getRun({ runId: run.runId }))).toEqual(missing);
    expect(await problem(results(stranger))).toEqual(missing);
    expect(await problem(stranger.evaluation.get({ evaluationId: (await first()).evaluationId }))).toEqual(
      missing,
    );
  });

  test.runIf(name === 'PostgreSQL')('are new in another process that had the old ones', async () => {
    const other = await startApi(testDatabase);
    await first(other.client);
    const { grade } = await override();
    expect(await first(other.client)).toMatchObject({ grade });
    await other.stop();
  });
});

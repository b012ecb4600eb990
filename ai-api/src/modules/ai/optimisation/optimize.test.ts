import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import {
  type ModelCall,
  type ModelRecorder,
  type ModelReply,
  scoreEverything,
  startModelRecorder,
} from '../../../../test/model-recorder.ts';
import { clientAs } from '../../../../test/reviewers.ts';
import { evaluate, everyItem, problem, smallCompany } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import type { Client } from '../../../catalogue/client.ts';

const LENIENT = 'Notes of one sentence are weak.';
const name = 'evaluation';

/** Scores notes 100, or 0 once the prompt says that short ones are weak; writes such a prompt when asked to. */
function answer(call: ModelCall): ModelReply {
  if (call.name !== 'better_prompt')
    return scoreEverything(call.system.includes(LENIENT) ? 0 : 100, () => ['week.note'])(call) as ModelReply;
  const [, text = ''] = /The prompt: <<\w+ ([\s\S]*?) \w+>>\n/.exec(call.user) ?? [];
  return {
    answer: {
      analysis: 'Short notes were praised.',
      text: `${text}\n\n- ${LENIENT}`,
      change: 'Short notes count less.',
    },
  };
}

describe.each(businessDatabases())('an optimization of a prompt on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let recorder: ModelRecorder;
  let boss: Client;
  beforeAll(async () => {
    recorder = await startModelRecorder(answer);
    testDatabase = await create();
    api = await startApi(testDatabase, { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: recorder.url });
    boss = await staff(api, 'boss@sample-company.example', ['executive'], 'The boss');
    for (const week of ['2026-W45', '2026-W46']) await api.client.people.import(smallCompany(70, week));
  });
  afterAll(async () => {
    await api.stop();
    await recorder.close();
    await testDatabase.remove();
  });

  async function ended(optimizationId: string) {
    const look = () => api.client.promptOptimization.get({ optimizationId });
    await expect
      .poll(async () => (await look()).status, { timeout: 60_000, interval: 100 })
      .not.toMatch(/^(queued|running)$/);
    return look();
  }

  /** Every builder's judgement, corrected for so many of them. */
  async function correct(runId: string, count: number) {
    const results = await everyItem((page) => api.client.evaluation.listResults({ runId, ...page }));
    for (const { evaluationId } of results.slice(0, count)) {
      const { judgement } = await api.client.evaluation.get({ evaluationId });
      await boss.evaluation.override({
        evaluationId,
        judgementId: judgement?.judgementId as string,
        grade: 'B',
        reason: 'The note is one sentence and tells nothing.',
      });
    }
  }

  test('says that there is not enough evidence, and asks no model', async () => {
    const calls = recorder.calls.length;
    const { optimizationId, status } = await api.client.promptOptimization.start({ name });
    expect(status).toBe('queued');
    const result = await ended(optimizationId);
    expect(result).toMatchObject({
      status: 'insufficient evidence',
      sets: { heldOut: 0, failures: 0 },
      proposal: null,
    });
    expect(result.reason).toContain('30 are needed');
    expect(recorder.calls).toHaveLength(calls);
    const early = api.client.promptOptimization.accept({ optimizationId });
    expect(await problem(early)).toEqual({ status: 409, code: 'CONFLICT' });
  });

  test('proposes a version that gets set-aside cases right, with wins, losses, cost and an interval', async () => {
    const { runId } = await evaluate(api.client);
    await correct(runId, 64);
    const { optimizationId } = await api.client.promptOptimization.start({ name, candidates: 1 });
    expect(await problem(api.client.promptOptimization.start({ name }))).toMatchObject({ code: 'CONFLICT' });
    const { proposal, ...result } = await ended(optimizationId);
    expect(result).toMatchObject({ status: 'proposed', sets: { failures: 20, heldOut: 32, regression: 6 } });
    expect(proposal).toMatchObject({
      change: 'Short notes count less.',
      heldOut: { cases: 32, rightBefore: 0, rightAfter: 32, wins: 32, losses: 0, failed: 0 },
      verdict: 'better',
      regression: { cases: 6, changed: 6 },
      losses: [],
    });
    expect(proposal?.difference.low).toBeGreaterThan(0.5);
    expect(proposal?.diff).toContain(`+- ${LENIENT}`);
    expect(proposal?.tokensIn).toBeGreaterThan(0);
    expect((await api.client.prompt.get({ name })).version).toBe(1);

    const told = await api.context.database
      .system('the test looks behind the API')
      .selectFrom('events.outbox')
      .select('data')
      .where('type', '=', 'prompt.proposal.ready')
      .execute();
    expect(told).toEqual([{ data: { optimizationId, name, baseVersion: 1, verdict: 'better' } }]);

    const reflection = recorder.calls.find((call) => call.name === 'better_prompt') as ModelCall;
    const wins = new Set(proposal?.wins.map(({ subjectId }) => subjectId));
    expect(wins.size).toBe(32);
    expect(reflection.user.match(/^Case \d+:/gm)).toHaveLength(20);

    const accepted = await api.client.promptOptimization.accept({ optimizationId });
    expect(accepted).toMatchObject({ status: 'accepted', acceptedVersion: 2, decidedBy: 'bootstrap' });
    expect(await api.client.prompt.get({ name, version: 2 })).toMatchObject({
      origin: 'optimizer',
      labels: [],
      check: null,
    });
    const again = api.client.promptOptimization.reject({ optimizationId, reason: 'Too late.' });
    expect(await problem(again)).toEqual({ status: 409, code: 'CONFLICT' });
  });

  test('learns from reviewers who would have graded otherwise, and leaves out what they disagree on', async () => {
    const { runId } = await evaluate(api.client, { week: '2026-W45' });
    const results = await everyItem((page) => api.client.evaluation.listResults({ runId, ...page }));
    const other = await clientAs(api, 'other reviewer');
    for (const [index, { evaluationId }] of results.entries()) {
      const { judgement } = await api.client.evaluation.get({ evaluationId });
      const judgementId = judgement?.judgementId as string;
      const comment = `One sentence, says reviewer of ${index}.`;
      if (index < 10) await api.client.score.create({ judgementId, config: 'grade', value: 'B', comment });
      if (index >= 5 && index < 10) await other.score.create({ judgementId, config: 'grade', value: 'C' });
      if (index === 10) await other.score.create({ judgementId, config: 'reasons hold', value: false });
    }
    const before = recorder.calls.length;
    const { optimizationId } = await api.client.promptOptimization.start({
      name,
      candidates: 1,
      splitBy: 'person',
    });
    const result = await ended(optimizationId);
    expect(result).toMatchObject({ status: 'proposed', sets: { failures: 20 } });
    const asked = recorder.calls.slice(before).find((call) => call.name === 'better_prompt') as ModelCall;
    const heard = [...asked.user.matchAll(/says reviewer of (\d+)/g)].map(([, index]) => Number(index));
    expect(heard.length).toBeGreaterThan(0);
    expect(heard.every((index) => index < 5)).toBe(true);
    // No judgement of this run was overridden; the eleven that reviewers found fault with are not kept as they are.
    expect(result.sets?.regression).toBe(60);
  });

  test('that the model spoils fails with the reason', async () => {
    recorder.answerWith((call) =>
      call.name === 'better_prompt'
        ? { answer: { analysis: 'None.', text: 'Judge {{everything}}.', change: 'All.' } }
        : answer(call),
    );
    const { optimizationId } = await api.client.promptOptimization.start({ name, candidates: 1 });
    const result = await ended(optimizationId);
    recorder.answerWith(answer);
    expect(result).toMatchObject({ status: 'failed', proposal: null });
    expect(result.reason).toContain('The model failed');
  });

  test('is only of a prompt that judges something', async () => {
    const start = (prompt: string) => problem(api.client.promptOptimization.start({ name: prompt }));
    expect(await start('prompt-optimizer')).toMatchObject({ status: 409, code: 'CONFLICT' });
    expect(await start('nothing')).toMatchObject({ status: 404 });
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type ModelRecorder, scoreEverything, startModelRecorder } from '../../../../test/model-recorder.ts';
import { evaluate, everyItem, problem, smallCompany } from '../../../../test/runs.ts';

const STRICT = 'Be strict.';
const hypothesis = 'Strict words lower the score of a note.';

describe.each(businessDatabases())('an experiment on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let recorder: ModelRecorder;
  beforeAll(async () => {
    recorder = await startModelRecorder((call) =>
      scoreEverything(call.system.includes(STRICT) ? 10 : 90, () => ['week.note'])(call),
    );
    testDatabase = await create();
    api = await startApi(testDatabase, { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: recorder.url });
    for (const week of ['2026-W44', '2026-W45', '2026-W46'])
      await api.client.people.import(smallCompany(30, week));
    const { text } = await api.client.prompt.get({ name: 'evaluation' });
    await api.client.prompt.create({
      name: 'evaluation',
      text: `${text}\n${STRICT}`,
      commitMessage: 'Strict.',
    });
  });
  afterAll(async () => {
    await api.stop();
    await recorder.close();
    await testDatabase.remove();
  });

  const plan = (over: object = {}) =>
    api.client.experiment.create({
      prompt: 'evaluation',
      title: 'Strict words',
      hypothesis,
      label: 'exp-strict',
      metric: 'score',
      minimumSample: 10,
      ...over,
    });
  const conflict = { status: 409, code: 'CONFLICT' };

  test('is started with two versions that may serve, and with no others', async () => {
    const { experimentId } = await plan();
    const start = () => api.client.experiment.start({ experimentId });
    expect(await problem(api.client.experiment.report({ experimentId }))).toEqual(conflict);
    expect(await problem(start())).toEqual(conflict);
    const label = { name: 'evaluation', label: 'exp-strict', version: 2, seen: 0 };
    expect(await problem(api.client.prompt.setLabel(label))).toMatchObject({ code: 'PROMPT_NOT_CHECKED' });
    await api.client.prompt.check({ name: 'evaluation', version: 2, cases: 0 });
    await api.client.prompt.setLabel(label);
    expect(await start()).toMatchObject({ status: 'running', controlVersion: 1, treatmentVersion: 2 });
    expect(await problem(start())).toEqual(conflict);
    const other = await plan({ title: 'Another one' });
    expect(await problem(api.client.experiment.start({ experimentId: other.experimentId }))).toEqual(
      conflict,
    );
    expect((await api.client.experiment.report({ experimentId })).verdict).toBe('not enough evidence');
  });

  test('keeps its labels where they are, judges each subject by one side, and says what it has shown', async () => {
    const move = { name: 'evaluation', label: 'production', version: 2, seen: 1 };
    expect(await problem(api.client.prompt.setLabel(move))).toEqual(conflict);
    const { items } = await api.client.experiment.list({ status: 'running' });
    const { experimentId } = items[0] as (typeof items)[number];

    const sides = async (week: string) => {
      const { runId } = await evaluate(api.client, { week });
      const results = await everyItem((page) => api.client.evaluation.listResults({ runId, ...page }));
      const sideOf = async ({ evaluationId, builderId }: (typeof results)[number]) => {
        const { judgement } = await api.client.evaluation.get({ evaluationId });
        expect(judgement?.prompt).toMatchObject({ experimentId });
        return [builderId, judgement?.prompt?.label, judgement?.prompt?.version];
      };
      return Promise.all(results.map(sideOf));
    };
    const first = await sides('2026-W45');
    expect(await sides('2026-W44')).toEqual(first);
    const treated = first.filter(([, label]) => label === 'exp-strict');
    expect(treated.every(([, , version]) => version === 2)).toBe(true);

    const report = await api.client.experiment.report({ experimentId });
    expect(report.treatment).toMatchObject({
      label: 'exp-strict',
      version: 2,
      subjects: treated.length,
      judgements: 2 * treated.length,
    });
    expect(report.control.subjects + report.treatment.subjects).toBe(30);
    const isEnough = Math.min(report.control.subjects, report.treatment.subjects) >= 10;
    expect(report.verdict).toBe(isEnough ? 'lower' : 'not enough evidence');
    expect(report.difference?.high).toBeLessThan(0);
  });

  test('may be decided by what reviewers say of judgements that were drawn by chance', async () => {
    await api.client.reviews.setSampling({ kind: 'evaluation', randomShare: 1, doubleShare: 0 });
    const { items: running } = await api.client.experiment.list({ status: 'running' });
    await api.client.experiment.stop({
      experimentId: running[0]?.experimentId as string,
      reason: 'Another one.',
    });
    const { experimentId } = await plan({ title: 'By reviewers', metric: 'faulted' });
    await api.client.experiment.start({ experimentId });
    expect(await api.client.experiment.report({ experimentId })).toMatchObject({
      control: { subjects: 0 },
      treatment: { subjects: 0 },
      verdict: 'not enough evidence',
    });
    const { runId } = await evaluate(api.client);
    const results = await everyItem((page) => api.client.evaluation.listResults({ runId, ...page }));
    const sides = { production: 0, 'exp-strict': 0 };
    for (const { evaluationId } of results) {
      const { judgement } = await api.client.evaluation.get({ evaluationId });
      if (!judgement) continue;
      const side = judgement.prompt?.label as keyof typeof sides;
      sides[side] += 1;
      const value = side === 'production' ? judgement.grade : judgement.grade === 'E' ? 'A' : 'E';
      await api.client.score.create({ judgementId: judgement.judgementId, config: 'grade', value });
    }
    const report = await api.client.experiment.report({ experimentId });
    expect(report.control).toMatchObject({ subjects: sides.production, value: 0 });
    expect(report.treatment).toMatchObject({ subjects: sides['exp-strict'], value: 1 });
    const isEnough = Math.min(sides.production, sides['exp-strict']) >= 10;
    expect(report.verdict).toBe(isEnough ? 'worse' : 'not enough evidence');
  });

  test('ends with a report that stays, and production as it was', async () => {
    const { items } = await api.client.experiment.list({ status: 'running' });
    const { experimentId } = items[0] as (typeof items)[number];
    const stopped = await api.client.experiment.stop({ experimentId, reason: 'We have seen enough.' });
    expect(stopped).toMatchObject({ status: 'stopped', stopReason: 'We have seen enough.' });
    const report = await api.client.experiment.report({ experimentId });
    expect(report.verdict).toBe(stopped.verdict);
    expect(await api.client.prompt.get({ name: 'evaluation' })).toMatchObject({ version: 1 });
    const again = api.client.experiment.stop({ experimentId, reason: 'Once more.' });
    expect(await problem(again)).toEqual(conflict);
  });

  test('is stopped by a rollback of production', async () => {
    const check = { name: 'evaluation', cases: 0 };
    const { text } = await api.client.prompt.get({ name: 'evaluation' });
    const third = await api.client.prompt.create({
      name: 'evaluation',
      text: `${text}\nBe kind.`,
      commitMessage: 'Kind.',
    });
    await api.client.prompt.check({ ...check, version: third.version });
    await api.client.prompt.setLabel({
      name: 'evaluation',
      label: 'production',
      version: third.version,
      seen: 1,
    });
    const { experimentId } = await plan({ metric: 'overridden' });
    await api.client.experiment.start({ experimentId });
    await api.client.prompt.rollback({ name: 'evaluation', seen: third.version, reason: 'It was worse.' });
    expect(await api.client.experiment.get({ experimentId })).toMatchObject({
      status: 'stopped',
      stopReason: 'Rolled back: It was worse.',
      verdict: 'not enough evidence',
    });
  });

  test.each([
    ['a prompt that is not there', { prompt: 'nothing' }, 'NOT_FOUND'],
    ['a label that serves all', { label: 'production' }, 'INVALID_INPUT'],
    ['a sample that says nothing', { minimumSample: 2 }, 'INVALID_INPUT'],
    ['no share', { share: 0 }, 'INVALID_INPUT'],
    ['an invalid metric', { metric: 'mood' }, 'INVALID_INPUT'],
  ])('is not planned with %s', async (_what, wrong, code) => {
    expect(await problem(plan(wrong))).toMatchObject({ code });
  });
});

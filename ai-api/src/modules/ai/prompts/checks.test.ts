import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import {
  askedCriteria,
  type ModelCall,
  type ModelRecorder,
  scoreEverything,
  startModelRecorder,
} from '../../../../test/model-recorder.ts';
import { clientAs, personAs } from '../../../../test/reviewers.ts';
import { evaluate, problem, smallCompany } from '../../../../test/runs.ts';

const commitMessage = 'Asks for more.';
const STRICT = 'Be strict.';

/** Scores 80, or 10 where the prompt says to be strict; breaks the schema where it says so. */
const answer = (call: ModelCall) => {
  if (call.system.includes('Invent evidence.'))
    return {
      answer: {
        criteria: askedCriteria(call).map((id) => ({
          id,
          score: 50,
          reason: 'So.',
          evidence: ['week.mood'],
        })),
        feedback: 'Go on.',
      },
    };
  return scoreEverything(call.system.includes(STRICT) ? 0 : 100, () => ['week.note'])(call);
};

describe.each(businessDatabases())('a version of a prompt on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let recorder: ModelRecorder;
  beforeAll(async () => {
    recorder = await startModelRecorder(answer);
    testDatabase = await create();
    api = await startApi(testDatabase, {
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: recorder.url,
    });
    await api.client.people.import(smallCompany(6));
  });
  afterAll(async () => {
    await api.stop();
    await recorder.close();
    await testDatabase.remove();
  });

  const prompts = () => api.client.prompt;
  async function save(change: string, client = api.client) {
    const { text } = await prompts().get({ name: 'evaluation', version: 1 });
    const saved = await client.prompt.create({
      name: 'evaluation',
      text: `${text}\n${change}`,
      commitMessage,
    });
    return saved.version;
  }
  const serve = async (version: number, client = api.client) => {
    const { labels } = (await prompts().list({})).items.find(({ name }) => name === 'evaluation') ?? {};
    const seen = labels?.find(({ label }) => label === 'production')?.version ?? 0;
    return client.prompt.setLabel({ name: 'evaluation', label: 'production', version, seen });
  };
  async function promptsOf(runId: string) {
    const { items } = await api.client.evaluation.listResults({ runId });
    const details = await Promise.all(
      items.map(({ evaluationId }) => api.client.evaluation.get({ evaluationId })),
    );
    return details.map(({ judgement }) => judgement?.prompt);
  }

  test('is used by the next evaluation, and every judgement says so', async () => {
    const { runId } = await evaluate(api.client);
    const used = {
      name: 'evaluation',
      version: 1,
      label: 'production',
      isFallback: false,
      experimentId: null,
    };
    expect(await promptsOf(runId)).toEqual(Array.from({ length: 6 }, () => used));
    const version = await save('Write plainly.');
    await prompts().check({ name: 'evaluation', version, cases: 0 });
    await serve(version);
    const next = await evaluate(api.client, { dryRun: true });
    expect(await promptsOf(next.runId)).toEqual(Array.from({ length: 6 }, () => ({ ...used, version })));
  });

  test('does not change under a run that goes on', async () => {
    const before = (await prompts().get({ name: 'evaluation' })).version;
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    recorder.answerWith(async (call) => {
      await gate;
      return answer(call);
    });
    const { runId } = await api.client.evaluation.startWeekly({ week: '2026-W46', dryRun: true });
    const version = await save('Write more plainly.');
    await prompts().check({ name: 'evaluation', version, cases: 0 });
    await serve(version);
    release();
    recorder.answerWith(answer);
    await expect.poll(async () => (await api.client.evaluation.getRun({ runId })).status).toBe('completed');
    expect(new Set((await promptsOf(runId)).map((prompt) => prompt?.version))).toEqual(new Set([before]));
  });

  test('is replayed over past judgements, and the outcomes that change are counted', async () => {
    const strict = await prompts().check({ name: 'evaluation', version: await save(STRICT), cases: 4 });
    expect(strict.passed).toBe(true);
    expect(strict.replay).toMatchObject({ status: 'done', cases: 4, replayed: 4, changed: 4, failed: 0 });
    expect(strict.replay.examples[0]).toMatchObject({ changed: true, failure: null });
    expect(strict.findings.map(({ message }) => message)).toContain('4 of 4 outcomes would change.');
    const mild = await prompts().check({ name: 'evaluation', version: await save('Be kind.'), cases: 4 });
    expect(mild.replay).toMatchObject({ status: 'done', changed: 0 });
  });

  test('that makes the model break the schema does not pass, and cannot serve', async () => {
    const version = await save('Invent evidence.');
    const check = await prompts().check({ name: 'evaluation', version, cases: 3 });
    expect(check.passed).toBe(false);
    expect(check.findings[0]).toMatchObject({ severity: 'error', rule: 'schema' });
    expect(await problem(serve(version))).toEqual({ status: 409, code: 'PROMPT_NOT_CHECKED' });
  });

  test('is not said to be replayed when the model is away', async () => {
    recorder.answerWith(() => ({ status: 401, body: { error: { message: 'no' } } }));
    const check = await prompts().check({ name: 'evaluation', version: await save('Be brief.'), cases: 3 });
    recorder.answerWith(answer);
    expect(check.replay).toMatchObject({ status: 'not replayed', replayed: 0 });
    expect(check.findings).toMatchObject([{ severity: 'warning', rule: 'replay' }]);
  });

  test('takes a second person where the tenant demands one', async () => {
    await prompts().setSettings({ twoPersonRule: true });
    const key = await clientAs(api, 'a key of whoever', ['executive']);
    const author = await personAs(api, 'thistle', ['executive']);
    const executive = await personAs(api, 'ruth', ['executive']);
    const version = await save('Be fair.', author);
    const name = 'evaluation';
    const comment = 'Read it.';
    expect(await problem(executive.prompt.approve({ name, version, comment }))).toMatchObject({
      code: 'PROMPT_NOT_CHECKED',
    });
    await prompts().check({ name, version, cases: 0 });
    expect(await problem(serve(version))).toEqual({ status: 409, code: 'PROMPT_NOT_APPROVED' });
    expect(await problem(author.prompt.approve({ name, version, comment }))).toEqual({
      status: 403,
      code: 'SELF_APPROVAL',
    });
    expect(await problem(key.prompt.approve({ name, version, comment }))).toEqual({
      status: 403,
      code: 'PERSON_NEEDED',
    });
    const approved = await executive.prompt.approve({ name, version, comment });
    expect(approved.approvals).toMatchObject([{ approvedBy: 'ruth', comment }]);
    expect((await serve(version)).labels).toMatchObject([{ label: 'production', version }]);
    const trail = await api.client.audit.list({ subject: `prompt:${name}`, operationId: 'prompt.approve' });
    expect(trail.items).toHaveLength(1);

    const byKey = await save('Be just.', key);
    await prompts().check({ name, version: byKey, cases: 0 });
    await executive.prompt.approve({ name, version: byKey, comment });
    expect(await problem(serve(byKey))).toEqual({ status: 409, code: 'PROMPT_NOT_APPROVED' });
    await author.prompt.approve({ name, version: byKey, comment });
    expect((await serve(byKey)).labels).toMatchObject([{ label: 'production', version: byKey }]);
    await prompts().setSettings({ twoPersonRule: false });
  });

  test('is neither written nor released by who only reads', async () => {
    const reader = await clientAs(api, 'ada');
    const forbidden = { status: 403, code: 'FORBIDDEN' };
    expect(await problem(save('Be mine.', reader))).toEqual(forbidden);
    expect(await problem(serve(1, reader))).toEqual(forbidden);
    const builder = await clientAs(api, 'bo', ['builder']);
    expect(await problem(builder.prompt.get({ name: 'evaluation' }))).toEqual(forbidden);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SAMPLE_WEEK, startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import {
  type AnswerModel,
  type ModelCall,
  type ModelRecorder,
  scoreEverything,
  startModelRecorder,
} from '../../../../test/model-recorder.ts';
import { countJudgements, evaluate, smallCompany } from '../../../../test/runs.ts';
import { evaluationKind } from '../evaluations/index.ts';
import { withOtherNames } from './fairness.ts';

const NAMES = ['Thistle Wick', 'Bramble Fenn', 'Sorrel Quill', 'Clover Marsh'];
/** Builders beyond these write of no name and no gender. */
const NAMED = NAMES.length;
const scores = (score: number) => scoreEverything(score, () => ['week.note']);

/** Ten points less for everyone who is not called as these builders are, the first of them apart. */
const biased: AnswerModel = (call) => scores(/Bramble|Sorrel|Clover/.test(call.user) ? 80 : 70)(call);

describe.each(businessDatabases())('a check with other names on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let model: ModelRecorder;
  let before = 0;

  beforeAll(async () => {
    testDatabase = await create();
    model = await startModelRecorder(scores(80));
    api = await startApi(testDatabase, { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: model.url });
    const { builders, metrics } = smallCompany(NAMED + 2);
    await api.client.people.import({
      builders: builders.map((row, index) => ({ ...row, name: NAMES[index] ?? row.name })),
      metrics: metrics.map((row, index) => ({
        ...row,
        note: NAMES[index]
          ? `${NAMES[index]} finished the pilot. He met the client about his plan.`
          : 'Finished the pilot, met the client about the plan.',
      })),
    });
    await evaluate(api.client, { week: SAMPLE_WEEK });
  });
  afterAll(async () => {
    await api.stop();
    await model.close();
    await testDatabase.remove();
  });
  beforeEach(async () => {
    before = model.calls.length;
  });

  const judgements = () => countJudgements(api.context.database, evaluationKind.name);
  const asked = (): ModelCall[] => model.calls.slice(before);

  test('finds nothing where the model does not care for names, and says what it could not check', async () => {
    model.answerWith(scores(80));
    const stored = await judgements();
    const { swaps } = await api.client.performance.fairness({});
    expect(swaps).toEqual({
      status: 'invariant',
      reason: null,
      checked: NAMED,
      failed: 0,
      unnamed: 2,
      meanChange: 0,
      moved: [],
    });
    const notes = asked().map(({ user }) => /week\.note: <<\w+ (.*) \w+>>/.exec(user)?.[1] ?? '');
    expect(notes).toHaveLength(2 * NAMED);
    for (const name of NAMES) {
      expect(notes).toContain(`${name} finished the pilot. He met the client about his plan.`);
    }
    const swapped = notes.filter((note) => !NAMES.some((name) => note.includes(name)));
    expect(swapped).toHaveLength(NAMED);
    for (const note of swapped)
      expect(note).toMatch(/ finished the pilot\. She met the client about her plan\./);
    expect(await judgements()).toBe(stored);
  });

  test('reports by how much a biased model moves, and whose result', async () => {
    model.answerWith(biased);
    const { swaps } = await api.client.performance.fairness({});
    expect(swaps).toMatchObject({ status: 'moved', checked: NAMED, failed: 0, meanChange: -7.5 });
    const examples = swaps.moved.map(({ builderId, before, after }) => [builderId, before, after]);
    expect(examples.toSorted()).toEqual(['b-2', 'b-3', 'b-4'].map((id) => [id, 80, 70]));
    for (const { criterion, otherName } of swaps.moved) {
      expect(criterion).toBe('reflection');
      expect(otherName).toMatch(/^\S+ \S+$/);
    }
  });

  test('says so when the model fails in the middle, and never takes silence for fairness', async () => {
    const answer = scores(80);
    model.answerWith((call) => (/Sorrel/.test(call.user) ? { status: 400 } : answer(call)));
    const stored = await judgements();
    const { swaps } = await api.client.performance.fairness({});
    expect(swaps).toMatchObject({
      status: 'incomplete',
      reason: `The model did not answer for 1 of ${NAMED} cases.`,
      checked: NAMED - 1,
      failed: 1,
      moved: [],
    });
    model.answerWith(() => ({ status: 400 }));
    expect((await api.client.performance.fairness({})).swaps).toMatchObject({
      status: 'not checked',
      reason: `The model did not answer for any of ${NAMED} cases.`,
      checked: 0,
      failed: NAMED,
      meanChange: null,
    });
    expect(await judgements()).toBe(stored);
    expect(
      (await api.client.evaluation.list({ week: SAMPLE_WEEK })).items.map(({ score }) => score),
    ).not.toContain(null);
  });

  test('looks at as many as it is asked for', async () => {
    model.answerWith(scores(80));
    const { swaps } = await api.client.performance.fairness({ sample: 1 });
    expect(swaps.checked + swaps.unnamed).toBe(1);
  });
});

describe('names and gendered words of a text', () => {
  const { vocabulary } = evaluationKind;
  const exchange = (note: string, name = 'Thistle Wick') =>
    withOtherNames({ week: { note, hoursWorked: 3 } }, name, ['Nneka', 'Obasanwu'], vocabulary).week;

  test('are exchanged, and nothing else', () => {
    const note = 'Thistle met the client. He said THISTLE’s plan is his best; Wick agrees.';
    expect(exchange(note)).toEqual({
      note: 'Nneka met the client. She said Nneka’s plan is her best; Obasanwu agrees.',
      hoursWorked: 3,
    });
  });

  test('are distinguished from other words by their capital', () => {
    expect(exchange('We will see what Will said.', 'Will Wick')?.note).toBe('We will see what Nneka said.');
  });

  test('are looked for in what people wrote, not in what the platform knows', () => {
    const facts = { request: { category: 'Support', justification: 'Support met Support.' } };
    const own = {
      request: { justification: { type: 'text', description: '', example: '', untrusted: true } },
    };
    expect(withOtherNames(facts, 'Support', ['Nneka', 'Obasanwu'], own as typeof vocabulary)).toEqual({
      request: { category: 'Support', justification: 'Nneka met Nneka.' },
    });
  });
});

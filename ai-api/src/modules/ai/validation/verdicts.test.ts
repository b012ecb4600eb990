import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { businessDatabases } from '../../../../test/databases.ts';
import { askedCriteria } from '../../../../test/model-recorder.ts';
import { builderRow, refusal } from '../../../../test/people.ts';
import { erase, exportedText } from '../../../../test/privacy.ts';
import {
  type NewRuleSet,
  startValidation,
  thanksAgain,
  type ValidationFixture,
} from '../../../../test/validation.ts';

describe.each(businessDatabases())('verdicts on $name', ({ create }) => {
  let fixture: ValidationFixture;
  let api: ValidationFixture['api'];
  let client: ValidationFixture['client'];
  let model: ValidationFixture['model'];
  let published: ValidationFixture['published'];
  let check: ValidationFixture['check'];

  beforeAll(async () => {
    fixture = await startValidation(create);
    ({ api, client, model, published, check } = fixture);
  });
  afterAll(() => fixture?.stop());
  thanksAgain(() => fixture.model);

  test('say where, how far and what would mend it', async () => {
    const text = 'Thank you 😀 write to ada@example.com';
    const verdict = await check(text, { action: 'exception', about: 'builder:b-001', reference: 'mail 1' });
    expect(verdict).toMatchObject({
      status: 'failed',
      effect: 'refused',
      output: null,
      score: 66.7,
      band: 'fair',
      engine: 'rules',
      reference: 'mail 1',
      source: 'api',
      reaskText: expect.stringContaining('It has an e-mail address.'),
      feedback: expect.stringContaining('The text fails 1 rule of 3.'),
    });
    const failed = verdict.rules.filter(({ passed }) => passed === false);
    expect(failed).toMatchObject([
      {
        ruleId: 'no-data',
        spans: [{ start: 22, end: 37, text: 'ada@example.com' }],
        fixValue: 'Thank you 😀 write to [email]',
      },
    ]);
    expect(await client.validation.get({ resultId: verdict.resultId })).toEqual(verdict);
  });

  test.each([
    ['noop', 'accepted', 'Mail ada@example.com. Thanks!', null],
    ['exception', 'refused', null, null],
    ['fix', 'changed', 'Mail [email]. Thanks!', 'passed'],
    ['filter', 'changed', 'Thanks!', 'passed'],
    ['refrain', 'withheld', null, null],
    ['reask', 'reask', null, null],
    ['fix_reask', 'changed', 'Mail [email]. Thanks!', 'passed'],
    ['human', 'waiting', null, null],
  ] as const)('the action %s: %s', async (action, effect, output, afterStatus) => {
    // "thank" is there in "Thanks".
    expect(await check('Mail ada@example.com. Thanks!', { action })).toMatchObject({
      action,
      effect,
      output,
      afterStatus,
    });
  });

  test('of a text that cannot be mended are refused, also after a fix', async () => {
    const name = await published(undefined, {
      rules: [
        { id: 'title', type: 'title' },
        { id: 'no-comma', type: 'no-comma' },
      ],
      examples: [
        { text: '<<A>>', passes: true },
        { text: 'A', passes: false },
      ],
    });
    const more = { ruleSet: name, action: 'fix' } as const;
    expect(await check('a, b', more)).toMatchObject({
      effect: 'refused',
      output: null,
      afterStatus: 'failed',
    });
    expect(await check('a', { ...more, action: 'reask', attempt: 3 })).toMatchObject({ effect: 'refused' });
  });

  test('of a person take the place of the machine’s, once', async () => {
    const { resultId } = await check('Mail ada@example.com.', { action: 'exception' });
    const given = { resultId, status: 'passed' as const, reason: 'The address is public anyway.' };
    expect(await client.validation.override(given)).toMatchObject({
      status: 'failed',
      engine: 'human',
      effect: 'accepted',
      output: 'Mail ada@example.com.',
      human: { status: 'passed', reason: given.reason },
    });
    expect(await refusal(client.validation.override(given))).toMatchObject({ code: 'CONFLICT' });
    expect(await client.validationRuleSet.calibration({ name: 'polite' })).toMatchObject({
      cases: 1,
      status: 'insufficient evidence',
      inForce: { version: 0, yesAt: 0.5 },
    });
  });

  test('wait for the answer of a person', async () => {
    const waiting = await check('Mail ada@example.com.', { action: 'human' });
    const declined = await check('Mail ben@example.com.', { action: 'human' });
    const decisionId = waiting.decisionId ?? '';
    expect(await client.decision.get({ decisionId })).toMatchObject({ status: 'pending' });
    await client.decision.decide({ decisionId, choice: 'approved' });
    await client.decision.decide({ decisionId: declined.decisionId ?? '', choice: 'declined' });
    expect(await client.validation.get({ resultId: waiting.resultId })).toMatchObject({
      effect: 'accepted',
      output: 'Mail ada@example.com.',
      human: { status: 'passed' },
    });
    expect(await client.validation.get({ resultId: declined.resultId })).toMatchObject({
      effect: 'refused',
      output: null,
    });
  });

  test('are not a person’s where the question was withdrawn', async () => {
    const { resultId, decisionId } = await check('Mail ada@example.com.', { action: 'human' });
    const given = { resultId, status: 'passed' as const, reason: 'The address is public anyway.' };
    expect(await refusal(client.validation.override(given))).toMatchObject({ code: 'CONFLICT' });
    const { cases } = await client.validationRuleSet.calibration({ name: 'polite' });
    await client.decision.cancel({ decisionId: decisionId ?? '' });
    expect(await client.validation.get({ resultId })).toMatchObject({
      effect: 'refused',
      output: null,
      engine: 'rules',
      human: null,
    });
    expect((await client.validationRuleSet.calibration({ name: 'polite' })).cases).toBe(cases);
    expect(await client.validation.override(given)).toMatchObject({ effect: 'accepted', engine: 'human' });
  });

  test('by rules that a text makes slow, or whose words cannot be stored, come all the same', async () => {
    const given = {
      rules: [
        { id: 'one', type: 'one-of' as const, values: ['yes', 'no'] },
        { id: 'json', type: 'json' as const, schema: { type: 'object', additionalProperties: false } },
      ],
      text: `a${' '.repeat(40_000)}b`,
    };
    expect((await client.validation.try(given)).status).toBe('failed');
    const name = await published(undefined, {
      rules: given.rules.slice(1),
      examples: [
        { text: '{}', passes: true },
        { text: 'A', passes: false },
      ],
    });
    expect(await check('{"\\u0000": 1}', { ruleSet: name })).toMatchObject({ status: 'failed' });
  });

  test('move with thresholds that people put in force', async () => {
    const name = await published(undefined, {
      rules: [
        { id: 'a', type: 'title', hard: false },
        { id: 'b', type: 'no-comma', hard: false },
      ],
      scoring: { passAt: 90 },
      examples: [
        { text: '<<A>>', passes: true },
        { text: 'A, b', passes: false },
      ],
    });
    const text = 'No title';
    expect(await check(text, { ruleSet: name })).toMatchObject({ status: 'failed', score: 50 });
    const reason = 'Titles matter less than we thought.';
    const given = { name, yesAt: 0.6, noAt: 0.6, slope: 0.1, intercept: -4, expectedVersion: 0, reason };
    expect(await client.validationRuleSet.setThresholds(given)).toMatchObject({ version: 1 });
    expect(await check(text, { ruleSet: name })).toMatchObject({ status: 'passed' });
  });

  test('of rubrics are a model’s, which fails a text or holds it back', async () => {
    const rules: NewRuleSet['rules'] = [
      { id: 'short', type: 'length', unit: 'words', max: 20 },
      { id: 'kind', type: 'rubric', question: 'Is the text kind to its reader?' },
    ];
    const scored = (score: number) =>
      model.answerWith((call) =>
        askedCriteria(call).length > 0
          ? {
              answer: {
                criteria: [{ id: 'kind', score, reason: 'It greets.', evidence: ['text.content'] }],
                feedback: 'Greet the reader.',
              },
            }
          : { answer: { answer: 'x' } },
      );
    scored(90);
    expect(await client.validation.try({ rules, text: 'Dear Ada, thank you.' })).toMatchObject({
      status: 'passed',
      engine: 'model',
    });
    expect(model.calls.at(-1)?.user).toContain('Is the text kind to its reader?');
    scored(20);
    expect(await client.validation.try({ rules, text: 'No.' })).toMatchObject({ status: 'failed' });
    model.answerWith(() => ({ status: 500 }));
    expect(await client.validation.try({ rules, text: 'No.' })).toMatchObject({
      status: 'unsure',
      modelFailure: { kind: expect.any(String) },
    });
  });

  test('compare meaning in one space', async () => {
    const rules: NewRuleSet['rules'] = [
      { id: 'about', type: 'similarity', to: ['The invoice was paid on time'], min: 0.5 },
    ];
    const of = async (text: string) => (await client.validation.try({ rules, text })).status;
    expect(await of('The invoice was paid')).toBe('passed');
    expect(await of('Penguins swim in cold water')).toBe('failed');
  });

  test('keep no texts where the rule set keeps none', async () => {
    const name = await published(undefined, { keepTexts: false });
    const secret = 'Mail ada@example.com.';
    const verdict = await check(secret, { ruleSet: name, action: 'fix' });
    expect(verdict.rules[1]?.spans[0]?.text).toBe('ada@example.com');
    const stored = await client.validation.get({ resultId: verdict.resultId });
    expect(JSON.stringify(stored)).not.toContain('ada@');
    expect(stored).toMatchObject({ text: null, status: 'failed', effect: verdict.effect });
    const human = check(secret, { ruleSet: name, action: 'human' });
    expect(await refusal(human)).toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('are found and erased with the person that they are about', async () => {
    await client.people.import({
      builders: [builderRow({ builder_id: 'b-777' })],
      projects: [],
      metrics: [],
    });
    const about = 'builder:b-777';
    const { resultId } = await check('Mail ada@example.com.', { about });
    expect(await exportedText(api, about)).toContain('ada@example.com');
    await erase(api, about);
    expect(await refusal(client.validation.get({ resultId }))).toMatchObject({ code: 'NOT_FOUND' });
  });
});

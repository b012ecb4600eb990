import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { businessDatabases } from '../../../../test/databases.ts';
import { askedCriteria } from '../../../../test/model-recorder.ts';
import { refusal } from '../../../../test/people.ts';
import { POLITE, startValidation, thanksAgain, type ValidationFixture } from '../../../../test/validation.ts';

describe.each(businessDatabases())('rule sets on $name', ({ create }) => {
  let fixture: ValidationFixture;
  let client: ValidationFixture['client'];
  let newName: ValidationFixture['newName'];
  let published: ValidationFixture['published'];

  beforeAll(async () => {
    fixture = await startValidation(create);
    ({ client, newName, published } = fixture);
  });
  afterAll(() => fixture?.stop());
  thanksAgain(() => fixture.model);

  test('are drafts until they are published, and have versions', async () => {
    const name = newName();
    await client.validationRuleSet.create({ name, title: name, ...POLITE });
    expect(await refusal(client.validation.check({ ruleSet: name, text: 'x' }))).toMatchObject({
      code: 'CONFLICT',
    });
    await client.validationRuleSet.publish({ name, version: 1 });
    const second = await client.validationRuleSet.save({
      name,
      expectedVersion: 1,
      rules: [{ id: 'title', type: 'title' }],
      comment: 'Only a title',
    });
    expect(second).toMatchObject({ version: 2, isPublished: false, publishedAt: null });
    expect(await client.validation.check({ ruleSet: name, text: 'Thank you' })).toMatchObject({
      version: 1,
      status: 'passed',
      band: 'good',
    });
    const { items } = await client.validationRuleSet.listVersions({ name });
    expect(items.map(({ version, isPublished }) => [version, isPublished])).toEqual([
      [2, false],
      [1, true],
    ]);
    const late = client.validationRuleSet.save({
      name,
      expectedVersion: 1,
      rules: [{ id: 'a', type: 'title' }],
      comment: 'Too late',
    });
    expect(await refusal(late)).toMatchObject({ code: 'CONFLICT' });
  });

  test('are not published while an example is judged otherwise, or without examples', async () => {
    const name = newName();
    await client.validationRuleSet.create({ name, title: name, ...POLITE, examples: [] });
    const publish = (version: number) => refusal(client.validationRuleSet.publish({ name, version }));
    expect(await publish(1)).toMatchObject({ code: 'VALIDATION_INVALID' });
    await client.validationRuleSet.save({
      name,
      expectedVersion: 1,
      ...POLITE,
      examples: [
        { text: 'Thank you, ada@example.com.', passes: true },
        { text: 'Call +47 22 12 34 56', passes: false },
      ],
      comment: 'An example that is wrong',
    });
    expect(await publish(2)).toMatchObject({
      code: 'VALIDATION_INVALID',
      document: { errors: [{ field: 'examples.0', message: expect.stringContaining('no-data') }] },
    });
    expect(await client.validationRuleSet.get({ name })).toMatchObject({ isPublished: false });
  });

  test('are refused with everything that is wrong with their rules', async () => {
    const wrong = client.validationRuleSet.create({
      name: newName(),
      title: 'Wrong',
      ...POLITE,
      rules: [
        { id: 'a', type: 'regex', pattern: '(?=a)' },
        { id: 'a', type: 'cel', that: 'text' },
      ],
    });
    expect(await refusal(wrong)).toMatchObject({
      code: 'VALIDATION_INVALID',
      document: {
        errors: [{ field: 'rules.0.pattern' }, { field: 'rules.1.id' }, { field: 'rules.1.that' }],
      },
    });
  });

  test('replay past texts by another version and say what would move', async () => {
    const name = await published();
    await client.validation.check({ ruleSet: name, text: 'Thank you 😀 very much' });
    await client.validation.check({ ruleSet: name, text: 'Thank you, all of you' });
    await client.validationRuleSet.save({
      name,
      expectedVersion: 1,
      rules: [{ id: 'no-comma', type: 'no-comma' }],
      comment: 'No commas',
    });
    expect(await client.validationRuleSet.replay({ name })).toMatchObject({
      version: 2,
      texts: 2,
      changed: 1,
      moves: [{ from: 'passed', to: 'failed', count: 1 }],
      examples: [{ text: 'Thank you, all of you', rules: ['no-comma'] }],
    });
    expect((await client.validation.list({ ruleSet: name })).items).toHaveLength(2);
  });

  test('replay takes the old answer of a model for a rubric that asks the same, and for no other', async () => {
    fixture.model.answerWith((call) => ({
      answer:
        askedCriteria(call).length > 0
          ? {
              criteria: [{ id: 'kind', score: 90, reason: 'It greets.', evidence: ['text.content'] }],
              feedback: 'Well done.',
            }
          : { answer: 'Thank you.' },
    }));
    const kind = { id: 'kind', type: 'rubric' as const, question: 'Is the text kind to its reader?' };
    const short = { id: 'short', type: 'length' as const, unit: 'words' as const, max: 20 };
    const name = newName();
    await client.validationRuleSet.create({ name, title: name, rules: [short, kind] });
    const checked = await client.validation.check({
      ruleSet: name,
      version: 1,
      text: 'Dear Ada, thank you.',
    });
    expect([checked.status, checked.engine]).toEqual(['passed', 'model']);
    const save = (expectedVersion: number, rule: typeof kind & { title?: string }) =>
      client.validationRuleSet.save({
        name,
        expectedVersion,
        rules: [short, rule],
        comment: 'Another version',
      });
    await save(1, { ...kind, title: 'Kindness' });
    expect(await client.validationRuleSet.replay({ name })).toMatchObject({ texts: 1, changed: 0 });
    await save(2, { ...kind, question: 'Does the text name a price?' });
    expect(await client.validationRuleSet.replay({ name })).toMatchObject({
      moves: [{ from: 'passed', to: 'unsure', count: 1 }],
    });
  });

  test('an expression that explodes elsewhere is judged at once', async () => {
    const given = {
      rules: [
        { id: 'a', type: 'regex' as const, pattern: '^(a+)+$' },
        { id: 'b', type: 'cel' as const, that: 'text.matches("^(a|a)*$")' },
        { id: 'c', type: 'regex' as const, pattern: '(\\pL{1,50}\\s?){20}!' },
      ],
      text: `${'a'.repeat(49_000)}!`,
    };
    const { rules, status } = await client.validation.try(given);
    expect(rules.map(({ passed }) => passed)).toEqual([false, false, null]);
    expect(rules[2]?.message).toContain('states, too many for a text of 49001 characters');
    expect(status).toBe('failed');
  });
});

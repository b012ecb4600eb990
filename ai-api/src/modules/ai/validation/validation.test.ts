import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { askedCriteria, type ModelRecorder, startModelRecorder } from '../../../../test/model-recorder.ts';
import { refusal } from '../../../../test/people.ts';
import type { Client } from '../../../catalogue/client.ts';

type NewRuleSet = Parameters<Client['validationRuleSet']['create']>[0];

const POLL = { timeout: 20_000, interval: 50 };
const POLITE: Omit<NewRuleSet, 'name' | 'title'> = {
  rules: [
    { id: 'thanks', type: 'contains', values: ['thank'], wholeWords: false, hard: false },
    { id: 'no-data', type: 'pii' },
    { id: 'short', type: 'length', unit: 'words', max: 12, hard: false },
  ],
  scoring: {
    passAt: 60,
    bands: [
      { name: 'good', from: 90 },
      { name: 'fair', from: 60 },
    ],
  },
  examples: [
    { text: 'Thank you, it is done.', passes: true },
    { text: 'Write to ada@example.com.', passes: false },
  ],
};

describe.each(businessDatabases())('validation on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let client: Client;
  let model: ModelRecorder;
  let count = 0;

  beforeAll(async () => {
    model = await startModelRecorder(() => ({ answer: { answer: 'Thank you.' } }));
    testDatabase = await create();
    api = await startApi(testDatabase, { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: model.url });
    client = api.client;
    await published('polite');
  });
  afterAll(async () => {
    await api?.stop();
    await model?.close();
    await testDatabase?.remove();
  });
  beforeEach(() => model.answerWith(() => ({ answer: { answer: 'Thank you.' } })));

  /** Creates and publishes a rule set; answers its name. */
  async function published(name = `set-${++count}`, given: Partial<NewRuleSet> = {}): Promise<string> {
    await client.validationRuleSet.create({ name, title: name, ...POLITE, ...given });
    await client.validationRuleSet.publish({ name, version: 1 });
    return name;
  }
  const check = (text: string, more: Partial<Parameters<Client['validation']['check']>[0]> = {}) =>
    client.validation.check({ ruleSet: 'polite', text, ...more });

  describe('rule sets', () => {
    test('are drafts until they are published, and have versions', async () => {
      const name = `set-${++count}`;
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
      const name = `set-${++count}`;
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
        name: `set-${++count}`,
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

  describe('verdicts', () => {
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
      const told = await check(secret, { ruleSet: name, action: 'fix' });
      expect(told.rules[1]?.spans[0]?.text).toBe('ada@example.com');
      const kept = await client.validation.get({ resultId: told.resultId });
      expect(JSON.stringify(kept)).not.toContain('ada@');
      expect(kept).toMatchObject({ text: null, status: 'failed', effect: told.effect });
      const human = check(secret, { ruleSet: name, action: 'human' });
      expect(await refusal(human)).toMatchObject({ code: 'INVALID_INPUT' });
    });

    test('are found and erased with the person that they are about', async () => {
      const about = 'builder:b-777';
      const { resultId } = await check('Mail ada@example.com.', { about });
      const { files } = await client.audit.reports({ kind: 'gdpr-access', subject: about });
      const { pathname, search } = new URL(files[0]?.url ?? '');
      const report = await fetch(api.url + pathname + search);
      expect(await report.text()).toContain('ada@example.com');
      await client.audit.erase({ subject: about, reason: 'The person asked for it.' });
      expect(await refusal(client.validation.get({ resultId }))).toMatchObject({ code: 'NOT_FOUND' });
    });
  });

  describe('bindings', () => {
    const instructions = 'You answer.';
    const makeAgent = async () =>
      (await client.agent.create({ name: `Agent ${++count}`, purpose: 'Answers.', instructions })).agentId;
    const bind = (agentId: string, action: 'fix' | 'reask' | 'exception' | 'human') =>
      client.validationBinding.create({
        target: 'agent',
        agentId,
        ruleSet: 'polite',
        action,
        field: 'answer',
      });
    const ask = (agentId: string) => client.agent.execute({ agentId, input: 'Whom do I write to?' });

    test('mend the answers of an agent', async () => {
      const agentId = await makeAgent();
      await bind(agentId, 'fix');
      model.answerWith(() => ({ answer: { answer: 'Write to ada@example.com, thanks.' } }));
      expect(await ask(agentId)).toMatchObject({
        status: 'completed',
        output: { answer: 'Write to [email], thanks.' },
      });
      const { items } = await client.validation.list({ source: 'agent' });
      expect(items[0]).toMatchObject({ effect: 'changed', reference: expect.stringMatching(/^execution:/) });
    });

    test('have an agent answer again, with what to mend', async () => {
      const agentId = await makeAgent();
      await bind(agentId, 'reask');
      let asked = 0;
      model.answerWith(() => ({
        answer: { answer: ++asked === 1 ? 'Write to ada@example.com.' : 'Thanks, write to the lead.' },
      }));
      expect(await ask(agentId)).toMatchObject({
        status: 'completed',
        output: { answer: 'Thanks, write to the lead.' },
      });
      expect(model.calls.at(-1)?.system).toContain('It has an e-mail address.');
      asked = -100;
      model.answerWith(() => ({ answer: { answer: 'Write to ada@example.com.' } }));
      expect(await ask(agentId)).toMatchObject({ status: 'failed', failure: { kind: 'not_valid' } });
    });

    test('are made for agents that exist, and once', async () => {
      const missing = bind('01890000-0000-7000-8000-000000000000', 'fix');
      expect(await refusal(missing)).toMatchObject({ code: 'NOT_FOUND' });
      const agentId = await makeAgent();
      const { bindingId } = await bind(agentId, 'fix');
      expect(await refusal(bind(agentId, 'reask'))).toMatchObject({ code: 'CONFLICT' });
      expect(await refusal(client.validationRuleSet.archive({ name: 'polite' }))).toMatchObject({
        code: 'CONFLICT',
      });
      await client.validationBinding.remove({ bindingId });
      expect((await client.validationBinding.list({ agentId })).items).toEqual([]);
    });

    test('of the chat hold a sentence back that fails, and give the passages', async () => {
      const mended = client.validationBinding.create({ target: 'chat', ruleSet: 'polite', action: 'fix' });
      expect(await refusal(mended)).toMatchObject({ code: 'INVALID_INPUT' });
      const { documentId } = await client.policy.upload({
        folder: 'policies',
        name: 'mail.md',
        contentType: 'text/markdown',
        base64: Buffer.from('# Mail\n\nInvoices are sent to ada@example.com every month.\n').toString(
          'base64',
        ),
      });
      await expect
        .poll(async () => (await client.policy.get({ documentId })).state, POLL)
        .not.toBe('pending');
      const quote = 'Invoices are sent to ada@example.com every month.';
      model.answerWith(() => ({ content: JSON.stringify({ sentence: quote, passage: 1, quote }) }));
      const question = { question: 'Where are invoices sent to?' };
      expect(await client.chat.query(question)).toMatchObject({ status: 'answered' });
      const { bindingId } = await client.validationBinding.create({
        target: 'chat',
        ruleSet: 'polite',
        action: 'exception',
      });
      const answer = await client.chat.query(question);
      expect(answer).toMatchObject({ status: 'passages', engine: 'rules' });
      expect(answer.modelFailure).toContain('It does not pass polite.');
      await client.validationBinding.remove({ bindingId });
    });

    test('of workflow steps let a text through, mended, or end the step', async () => {
      const strict = await published(undefined, {
        rules: [{ id: 'title', type: 'title' }],
        examples: [
          { text: '<<A>>', passes: true },
          { text: 'A', passes: false },
        ],
      });
      const run = async (ruleSet: string, text: string) => {
        const name = `validate-${++count}`;
        await client.workflowTemplate.save({
          definition: {
            name,
            title: name,
            input: { text: { type: 'text' } },
            steps: [{ id: 'checked', type: 'validate', ruleSet, text: '=input.text', action: 'fix' }],
            output: { text: '=steps.checked.output.output' },
          },
          expectedVersion: 0,
          comment: 'For a test',
        });
        await client.workflowTemplate.publish({ name, version: 1, seen: 0 });
        return client.workflow.execute({ template: name, input: { text }, waitSeconds: 20 });
      };
      expect(await run('polite', 'Thanks, mail ada@example.com')).toMatchObject({
        state: 'completed',
        output: { text: 'Thanks, mail [email]' },
      });
      expect(await run(strict, 'No title')).toMatchObject({ state: 'failed', error: { code: 'NOT_VALID' } });
      expect((await client.validation.list({ source: 'workflow' })).items).toHaveLength(2);
    });
  });
});

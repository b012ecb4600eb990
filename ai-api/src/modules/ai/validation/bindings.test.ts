import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY } from '../../../../test/api.ts';
import { businessDatabases } from '../../../../test/databases.ts';
import { refusal } from '../../../../test/people.ts';
import { POLITE, startValidation, thanksAgain, type ValidationFixture } from '../../../../test/validation.ts';

const POLL = { timeout: 20_000, interval: 50 };

describe.each(businessDatabases())('bindings on $name', ({ create }) => {
  let fixture: ValidationFixture;
  let client: ValidationFixture['client'];
  let model: ValidationFixture['model'];
  let newName: ValidationFixture['newName'];
  let published: ValidationFixture['published'];

  beforeAll(async () => {
    fixture = await startValidation(create);
    ({ client, model, newName, published } = fixture);
  });
  afterAll(() => fixture?.stop());
  thanksAgain(() => fixture.model);

  const instructions = 'You answer.';
  const makeAgent = async () =>
    (await client.agent.create({ name: `Agent ${newName()}`, purpose: 'Answers.', instructions })).agentId;
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

  test('to people need a rule set that keeps texts', async () => {
    const ruleSet = await published(undefined, { keepTexts: false });
    const agentId = await makeAgent();
    const bound = client.validationBinding.create({ target: 'agent', agentId, ruleSet, action: 'human' });
    expect(await refusal(bound)).toMatchObject({ code: 'INVALID_INPUT' });
    const asking = await published();
    await client.validationBinding.create({ target: 'agent', agentId, ruleSet: asking, action: 'human' });
    await client.validationRuleSet.save({
      name: asking,
      expectedVersion: 1,
      rules: POLITE.rules,
      examples: POLITE.examples,
      keepTexts: false,
      comment: 'Texts are not kept',
    });
    const publish = client.validationRuleSet.publish({ name: asking, version: 2 });
    expect(await refusal(publish)).toMatchObject({ code: 'CONFLICT' });
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
      base64: Buffer.from('# Mail\n\nInvoices are sent to ada@example.com every month.\n').toString('base64'),
    });
    await expect.poll(async () => (await client.policy.get({ documentId })).state, POLL).not.toBe('pending');
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
    const [judged] = (await client.validation.list({ source: 'chat' })).items;
    expect(judged?.requestedBy).toBe((await client.identity.whoami({})).keyName);
    const events = await fetch(`${fixture.api.url}/chat/query`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify(question),
    });
    const sent = await events.text();
    expect(sent).toContain('event: answer');
    expect(sent).not.toContain('event: sentence');
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
      const name = `validate-${newName()}`;
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

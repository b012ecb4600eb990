import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { refusal } from '../../../../test/people.ts';
import { everyItem, problem } from '../../../../test/runs.ts';

const commitMessage = 'Says it shorter.';

describe.each(businessDatabases())('prompts on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase);
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });

  const prompts = () => api.client.prompt;
  let drafts = 0;
  /** A checked prompt of its own with so many versions. */
  async function draft(versions: number, name = `draft-${++drafts}`) {
    for (let number = 1; number <= versions; number++) {
      await prompts().create({ name, text: `Version ${number}.\nThe end.`, commitMessage });
      await prompts().check({ name, version: number });
    }
    return name;
  }
  const production = (name: string, version: number, seen: number) =>
    prompts().setLabel({ name, label: 'production', version, seen });

  test('come with the product, in production', async () => {
    const items = await everyItem((page) => prompts().list({ limit: 2, ...page }));
    const evaluation = items.find(({ name }) => name === 'evaluation');
    expect(items.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['evaluation', 'project-evaluation', 'prompt-optimizer']),
    );
    expect(evaluation).toMatchObject({
      supplied: ['facts'],
      latestVersion: 1,
      source: 'postgres',
      labels: [{ label: 'production', version: 1, movedBy: 'seed' }],
    });
    expect(await prompts().get({ name: 'evaluation' })).toMatchObject({ version: 1, origin: 'seed' });
  });

  test('are edited, checked, labelled and rolled back, and every step is known', async () => {
    const name = await draft(1);
    await production(name, 1, 0);
    const base = await prompts().get({ name });
    const edited = await prompts().create({
      name,
      text: base.text.replace('The end.', 'At most {{words}} words.'),
      variables: [{ name: 'words', description: 'Longest', value: '50' }],
      commitMessage,
      basedOn: base.version,
    });
    expect(edited).toMatchObject({
      version: 2,
      labels: [],
      createdBy: 'bootstrap',
      commitMessage,
      check: null,
    });
    expect(await prompts().get({ name })).toMatchObject({ version: 1 });
    expect(await prompts().get({ name, label: 'latest' })).toMatchObject({ version: 2 });

    const diff = await prompts().diff({ name, from: 1, to: 2 });
    expect(diff.lines).toEqual([
      { change: 'same', text: 'Version 1.', fromLine: 1, toLine: 1 },
      { change: 'removed', text: 'The end.', fromLine: 2, toLine: null },
      { change: 'added', text: 'At most {{words}} words.', fromLine: null, toLine: 2 },
    ]);
    expect(diff).toMatchObject({
      added: 1,
      removed: 1,
      variables: { added: ['words'] },
      configChanged: false,
    });
    expect(diff.unified).toContain('-The end.\n+At most {{words}} words.');

    expect(await problem(production(name, 2, 1))).toEqual({ status: 409, code: 'PROMPT_NOT_CHECKED' });
    const check = await prompts().check({ name, version: 2 });
    expect(check).toMatchObject({
      passed: true,
      replay: { status: 'not replayed', reason: 'No kind of judgement uses this prompt.', replayed: 0 },
    });
    expect((await production(name, 2, 1)).labels).toMatchObject([{ label: 'production', version: 2 }]);
    expect(await prompts().get({ name })).toMatchObject({ version: 2, labels: ['production'] });

    const back = await prompts().rollback({ name, seen: 2, reason: 'It was worse.' });
    expect(back.labels).toMatchObject([{ label: 'production', version: 1 }]);
    const { items } = await prompts().listMoves({ name });
    expect(items.map(({ from, to, reason }) => [from, to, reason])).toEqual([
      [2, 1, 'It was worse.'],
      [1, 2, null],
      [null, 1, null],
    ]);
    const trail = await api.client.audit.list({ subject: `prompt:${name}` });
    expect(trail.items.map(({ operation }) => operation).slice(0, 4)).toEqual([
      'prompt.rollback',
      'prompt.setLabel',
      'prompt.check',
      'prompt.create',
    ]);
  });

  test('of a kind of judgement are said not to be replayed without a model', async () => {
    const { replay, findings, passed } = await prompts().check({ name: 'evaluation', version: 1 });
    expect(passed).toBe(true);
    expect(replay).toMatchObject({ status: 'not replayed', reason: 'No model is configured.' });
    expect(findings.map(({ message }) => message)).toEqual(['Not replayed: No model is configured.']);
  });

  test('get a label from one of two people who move it at once; the other gets an error that names the winner', async () => {
    const name = await draft(3);
    await production(name, 1, 0);
    const answers = await Promise.allSettled([production(name, 2, 1), production(name, 3, 1)]);
    const won = answers.filter(({ status }) => status === 'fulfilled');
    const lost = answers.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(won).toHaveLength(1);
    const { version } = await prompts().get({ name });
    expect(lost.reason).toMatchObject({ status: 409, code: 'LABEL_MOVED' });
    expect(lost.reason.document.detail).toMatch(
      new RegExp(`^production is at version ${version}: bootstrap moved it at 20`),
    );
    expect((await prompts().listMoves({ name })).items).toHaveLength(2);
  });

  test('get one new version from each of two people who save at once, unless they saw the other', async () => {
    const name = await draft(1);
    const save = (text: string, basedOn?: number) => prompts().create({ name, text, commitMessage, basedOn });
    const numbers = (await Promise.all([save('a'), save('b'), save('c')])).map(({ version }) => version);
    expect(numbers.toSorted()).toEqual([2, 3, 4]);
    const late = await refusal(save('d', 1));
    expect(late).toMatchObject({ code: 'CONFLICT' });
    expect(late.message).toContain('Version 4 was saved by bootstrap');
  });

  test('go back step by step, and never to what was not there', async () => {
    const name = await draft(4);
    for (const version of [1, 2, 3]) await production(name, version, version - 1);
    const back = (seen: number, version?: number) =>
      prompts().rollback({ name, seen, version, reason: 'Go back.' });
    expect(await problem(back(3, 4))).toEqual({ status: 409, code: 'CONFLICT' });
    expect(await problem(back(2))).toEqual({ status: 409, code: 'LABEL_MOVED' });
    await back(3);
    await back(2);
    expect(await prompts().get({ name })).toMatchObject({ version: 1 });
    expect(await problem(back(1))).toEqual({ status: 409, code: 'CONFLICT' });
    expect((await back(1, 3)).labels).toMatchObject([{ version: 3 }]);
  });

  test('go back to where they came from, also from a version that was in production before', async () => {
    const name = await draft(3);
    for (const version of [1, 2, 3]) await production(name, version, version - 1);
    await production(name, 1, 3);
    await prompts().rollback({ name, seen: 1, reason: 'Go back.' });
    expect(await prompts().get({ name })).toMatchObject({ version: 3 });
  });

  test('keep production, and give other labels back', async () => {
    const name = await draft(1);
    await production(name, 1, 0);
    await prompts().setLabel({ name, label: 'staging', version: 1, seen: 0 });
    await prompts().removeLabel({ name, label: 'staging' });
    const told = await api.context.database
      .system('the test looks behind the API')
      .selectFrom('events.outbox')
      .select(['type', 'data'])
      .where(sql<string>`data ->> 'name'`, '=', name)
      .orderBy('id')
      .execute();
    expect(told).toEqual([
      { type: 'prompt.version.created', data: { name, version: 1, origin: 'person' } },
      { type: 'prompt.label.moved', data: { name, label: 'production', from: null, to: 1 } },
      { type: 'prompt.label.moved', data: { name, label: 'staging', from: null, to: 1 } },
      { type: 'prompt.label.moved', data: { name, label: 'staging', from: 1, to: null } },
    ]);
    expect(await problem(prompts().removeLabel({ name, label: 'staging' }))).toMatchObject({ status: 404 });
    expect(await problem(prompts().removeLabel({ name, label: 'production' }))).toMatchObject({
      status: 409,
    });
  });

  test('are not optimized without a model, and the refusal says so', async () => {
    const error = await refusal(api.client.promptOptimization.start({ name: 'evaluation' }));
    expect(error).toMatchObject({ status: 409, code: 'MODEL_NEEDED' });
    expect(error.message).toContain('This requires a model');
  });

  test.each([
    ['an undeclared variable', { text: 'Judge {{everything}}.' }, 'text', '{{everything}} is used'],
    [
      'a variable that nothing uses',
      { variables: [{ name: 'words', description: '', value: '5' }] },
      'variables',
      '{{words}} is declared',
    ],
    ['braces that are no variable', { text: 'Judge {{ }}.' }, 'text', 'braces that are not a variable'],
    ['no message', { commitMessage: ' ' }, 'commitMessage', ''],
    ['a name of the API', { name: 'settings' }, 'name', 'is a reserved word'],
    ['a name with a slash', { name: 'a/b' }, 'name', 'lower case words'],
    ['too much text', { text: 'x'.repeat(32_001) }, 'text', ''],
    ['nothing new', { text: 'Version 1.\nThe end.' }, 'text', 'is the same as version 1'],
  ])('are not saved with %s', async (_what, wrong, field, message) => {
    const name = await draft(1);
    const error = await refusal(prompts().create({ name, text: 'New.', commitMessage, ...wrong }));
    expect(error).toMatchObject({ status: 422, code: 'INVALID_INPUT' });
    expect(error.document?.errors?.[0]?.field).toBe(field);
    expect(error.message).toContain(message);
  });

  test.each(['latest', 'Production', 'exp-', 'main', `exp-${'x'.repeat(40)}`])(
    'do not take the label %s',
    async (label) => {
      const move = prompts().setLabel({ name: 'evaluation', label, version: 1, seen: 0 });
      expect(await problem(move)).toEqual({ status: 422, code: 'INVALID_INPUT' });
    },
  );

  test('that are not there are not found', async () => {
    const none = { status: 404, code: 'NOT_FOUND' };
    expect(await problem(prompts().get({ name: 'nothing' }))).toEqual(none);
    expect(await problem(prompts().get({ name: 'evaluation', version: 99 }))).toEqual(none);
    expect(await problem(prompts().get({ name: 'evaluation', label: 'exp-none' }))).toEqual(none);
    expect(await problem(prompts().check({ name: 'evaluation', version: 99 }))).toEqual(none);
    expect(await problem(prompts().diff({ name: 'nothing', from: 1, to: 2 }))).toEqual(none);
  });
});

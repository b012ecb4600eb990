import { createLangfuseClient } from '@ai-manager/langfuse/client';
import { langfusePrompts } from '@ai-manager/langfuse/prompts';
import {
  type LangfuseRecorder,
  type Recorded,
  startLangfuseRecorder,
} from '@ai-manager/langfuse/test-recorder';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type ModelRecorder, scoreEverything, startModelRecorder } from '../../../../test/model-recorder.ts';
import { openByLink, openCompany, openingLink } from '../../../../test/opened-companies.ts';
import { evaluate, problem, smallCompany } from '../../../../test/runs.ts';
import { createLog } from '../../../platform/log.ts';
import { type DevInbox, startDevInbox } from '../../../platform/mail/dev-inbox.ts';

const name = 'evaluation';
const commitMessage = 'Says more.';

/** Of every call that the prompt made: its version here, and the number by which Langfuse links it. */
async function linksOf({ context }: TestApi): Promise<string[]> {
  const rows = await context.database
    .system('the test looks behind the API')
    .selectFrom('models.calls')
    .select(['prompt_version', 'prompt_link'])
    .where('prompt_name', '=', name)
    .execute();
  return [...new Set(rows.map((row) => `${row.prompt_version} is ${row.prompt_link}`))].sort();
}

describe.each(businessDatabases())('prompts that Langfuse keeps, on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let model: ModelRecorder;
  let langfuse: LangfuseRecorder;
  let inbox: DevInbox;
  let there: ReturnType<typeof langfusePrompts>;
  let text: string;
  let variables: { name: string; description: string; value?: string | undefined }[];
  beforeAll(async () => {
    model = await startModelRecorder(scoreEverything(80, () => ['week.note']));
    langfuse = await startLangfuseRecorder();
    inbox = await startDevInbox({ smtpPort: 0, httpPort: 0, log: createLog('silent') });
    const { url: baseUrl, publicKey, secretKey } = langfuse;
    there = langfusePrompts(
      createLangfuseClient({ baseUrl, publicKey, secretKey, fetchTimeoutMs: 5_000, maxRetries: 0 }),
    );
    testDatabase = await create();
    api = await startApi(testDatabase, {
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: model.url,
      LANGFUSE_BASE_URL: baseUrl,
      LANGFUSE_PUBLIC_KEY: publicKey,
      LANGFUSE_SECRET_KEY: secretKey,
      LANGFUSE_PROMPT_TIMEOUT_MS: '2000',
      SIGN_UP: 'on',
      SMTP_URL: inbox.smtpUrl,
    });
    await api.client.people.import(smallCompany(1));
    const seeded = await api.client.prompt.get({ name });
    text = seeded.text;
    variables = seeded.variables;
    for (const prompt of ['evaluation', 'project-evaluation']) {
      const version = await api.client.prompt.get({ name: prompt });
      await there.create(prompt, version, { labels: ['production'], commitMessage: 'From the files.' });
    }
  });
  afterAll(async () => {
    await api.stop();
    await model.close();
    await langfuse.close();
    await inbox.close();
    await testDatabase.remove();
  });

  /** The prompt that one evaluation was made with. */
  async function used() {
    const { runId } = await evaluate(api.client, { dryRun: true });
    const [result] = (await api.client.evaluation.listResults({ runId })).items;
    const { judgement } = await api.client.evaluation.get({ evaluationId: result?.evaluationId as string });
    return judgement?.prompt;
  }
  const prompt = async () => (await api.client.prompt.list({})).items.find((one) => one.name === name);

  test('are mirrored, and known again where the mirror has the same', async () => {
    expect(await used()).toMatchObject({ version: 1, isFallback: false });
    expect(await api.client.prompt.get({ name })).toMatchObject({
      version: 1,
      langfuseVersion: 1,
      origin: 'seed',
    });
    expect(await prompt()).toMatchObject({ source: 'langfuse', mirrorError: null });
  });

  test('are used as they are labelled there, from the next evaluation on', async () => {
    const edited = { text: `${text}\nEdited there.`, variables, config: {} };
    await there.create(name, edited, { labels: ['production'], commitMessage: 'Edited there.' });
    expect(await used()).toMatchObject({ version: 2, label: 'production', isFallback: false });
    expect(await api.client.prompt.get({ name })).toMatchObject({
      version: 2,
      origin: 'langfuse',
      createdBy: 'Langfuse',
      commitMessage: 'Edited there.',
      check: { passed: true },
    });
  });

  test('do not serve there or here before they may', async () => {
    const broken = { text: 'Judge {{everything}}.', variables: [], config: {} };
    await there.create(name, broken, { labels: ['production'], commitMessage: 'Broken.' });
    expect(await used()).toMatchObject({ version: 2 });
    expect((await prompt())?.held).toEqual({
      version: 3,
      reason: 'Version 3 of evaluation did not pass its last check.',
    });
  });

  test('are saved and labelled there first', async () => {
    const saved = await api.client.prompt.create({
      name,
      text: `${text}\nEdited here.`,
      variables,
      commitMessage,
    });
    expect(saved).toMatchObject({ version: 4, langfuseVersion: 4 });
    await api.client.prompt.check({ name, version: 4, cases: 0 });
    await api.client.prompt.setLabel({ name, label: 'production', version: 4, seen: 2 });
    expect(await there.get(name, { label: 'production' })).toMatchObject({ version: 4, commitMessage });
    expect(await used()).toMatchObject({ version: 4, isFallback: false });
    expect((await prompt())?.held).toBeNull();
  });

  test.each([
    ['refuses connections', 'refuse'],
    ['hangs', 'hang'],
    ['fails', { status: 500 }],
    ['refuses the size', { status: 413 }],
  ] as const)('come from the mirror while Langfuse %s, and judgements say so', async (_what, fault) => {
    langfuse.failWith(fault);
    expect(await used()).toMatchObject({ version: 4, isFallback: true });
    expect((await prompt())?.mirrorError).toMatch(/^Langfuse/);
    langfuse.failWith(null);
    expect(await used()).toMatchObject({ version: 4, isFallback: false });
  });

  test('are changed nowhere when Langfuse does not take the change', async () => {
    langfuse.failWith({ status: 503 }, ({ method }) => method !== 'GET');
    const unavailable = { status: 503, code: 'SERVICE_UNAVAILABLE' };
    const save = api.client.prompt.create({ name, text: `${text}\nLost.`, variables, commitMessage });
    expect(await problem(save)).toEqual(unavailable);
    const move = api.client.prompt.rollback({ name, seen: 4, reason: 'It was worse.' });
    expect(await problem(move)).toEqual(unavailable);
    langfuse.failWith(null);
    expect(await api.client.prompt.get({ name, label: 'latest' })).toMatchObject({ version: 4 });
    expect(await used()).toMatchObject({ version: 4 });
  });

  test('go back there too', async () => {
    await api.client.prompt.rollback({ name, seen: 4, reason: 'It was worse.' });
    expect(await there.get(name, { label: 'production' })).toMatchObject({ version: 2 });
    expect(await used()).toMatchObject({ version: 2 });
    const again = await api.client.prompt.rollback({ name, seen: 2, version: 4, reason: 'It was better.' });
    expect(again.labels).toContainEqual(expect.objectContaining({ label: 'production', version: 4 }));
  });

  test('for chats, which are none of ours, harm no other', async () => {
    const keys = Buffer.from(`${langfuse.publicKey}:${langfuse.secretKey}`).toString('base64');
    const made = await fetch(`${langfuse.url}/api/public/v2/prompts`, {
      method: 'POST',
      headers: { authorization: `Basic ${keys}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'my-chat', type: 'chat', prompt: [{ role: 'user', content: 'Hi' }] }),
    });
    expect(made.status).toBe(201);
    const edited = { text: `${text}\nEdited beside a chat.`, variables, config: {} };
    const { version } = await there.create(name, edited, { labels: ['production'], commitMessage });
    expect(await used()).toMatchObject({ version: 5, isFallback: false });
    expect(await prompt()).toMatchObject({ mirrorError: null });
    expect(version).toBe(5);
    const names = (await api.client.prompt.list({})).items.map((one) => one.name);
    expect(names).not.toContain('my-chat');
  });

  test('keep a label away that was removed here, and lose one that was moved elsewhere there', async () => {
    await there.label(name, 2, ['staging']);
    await used();
    expect((await prompt())?.labels).toContainEqual(
      expect.objectContaining({ label: 'staging', version: 2 }),
    );
    await api.client.prompt.removeLabel({ name, label: 'staging' });
    await used();
    expect((await prompt())?.labels.map(({ label }) => label)).toEqual(['production']);
    await there.label(name, 4, ['staging']);
    await used();
    expect((await prompt())?.labels).toContainEqual(
      expect.objectContaining({ label: 'staging', version: 4 }),
    );
  });

  /** Reads Langfuse, of which one answer arrives only when `work` is done. */
  async function whileReading(isHeld: (request: Recorded) => boolean, work: () => Promise<unknown>) {
    const { promise: until, resolve } = Promise.withResolvers<void>();
    const before = langfuse.requests.filter(isHeld).length;
    langfuse.failWith({ until }, isHeld);
    const reading = used();
    await expect.poll(() => langfuse.requests.filter(isHeld).length, { timeout: 10_000 }).toBe(before + 1);
    await work();
    langfuse.failWith(null);
    resolve();
    await reading;
  }
  const staging = async () => (await prompt())?.labels.find(({ label }) => label === 'staging')?.version;

  test('keep a label that is moved here while Langfuse is read', async () => {
    const isLabelRead = ({ path, query }: Recorded) =>
      path.endsWith(`/prompts/${name}`) && query.get('label') === 'staging';
    const seen = (await staging()) ?? 0;
    await whileReading(isLabelRead, () =>
      api.client.prompt.setLabel({ name, label: 'staging', version: 5, seen }),
    );
    expect(await staging()).toBe(5);
    expect(await there.get(name, { label: 'staging' })).toMatchObject({ version: 5 });
    expect((await prompt())?.mirrorError).toBeNull();
  });

  test('lose a label that was removed there, but not one that is set here while Langfuse is read', async () => {
    langfuse.dropLabel(name, 'staging');
    await used();
    expect(await staging()).toBeUndefined();
    const isList = ({ method, path }: Recorded) => method === 'GET' && path.endsWith('/v2/prompts');
    await whileReading(isList, () =>
      api.client.prompt.setLabel({ name, label: 'staging', version: 4, seen: 0 }),
    );
    expect(await staging()).toBe(4);
    expect((await prompt())?.mirrorError).toBeNull();
  });

  test('that are edited while Langfuse is read serve what begins after the edit', async () => {
    const last = 'zz-read-last';
    const content = { text: 'The last one.', variables: [], config: {} };
    await there.create(last, content, { labels: ['production'], commitMessage: 'The last one.' });
    const isLast = ({ path, query }: Recorded) =>
      path.endsWith(`/prompts/${last}`) && query.get('label') === 'production';
    let second: Promise<unknown> = Promise.resolve();
    await whileReading(isLast, async () => {
      await there.label(name, 5, ['staging']);
      second = used();
    });
    await second;
    expect(await staging()).toBe(5);
  });

  test('that lost their variables in Langfuse have them again in the next version', async () => {
    await there.create(name, { text, variables: [], config: {} }, { labels: [], commitMessage: 'Without.' });
    await used();
    const { items } = await api.client.prompt.listVersions({ name });
    expect(items[0]).toMatchObject({ origin: 'langfuse', variables: [] });
    const saved = await api.client.prompt.create({ name, text: `${text}\nAgain.`, commitMessage });
    expect(saved.variables.map((variable) => variable.name).toSorted()).toEqual(
      variables.map((variable) => variable.name).toSorted(),
    );
  });

  test('are of the company TENANT alone: what others open, or try to open, gets no access to them', async () => {
    const before = langfuse.requestsTo('GET', '/api/public/v2/prompts').length;
    const written = () =>
      langfuse.requests.filter(({ method, path }) => method !== 'GET' && path.includes('prompts'));
    const writtenBefore = written().length;
    const mallory = await openCompany(api, inbox, { email: 'mallory@mallory.example', company: 'Mallory' });
    const late = await openingLink(api, inbox, 'late@mallory.example');
    expect(await openByLink(api, late, 'Mallory')).toBe(422);
    const { items } = await mallory.prompt.list({});
    expect(items.find((one) => one.name === name)).toMatchObject({ source: 'postgres' });
    const { text: own } = await mallory.prompt.get({ name });
    const { version } = await mallory.prompt.create({
      name,
      text: `${own}\nHers.`,
      variables,
      commitMessage,
    });
    await mallory.prompt.check({ name, version, cases: 0 });
    await mallory.prompt.setLabel({ name, label: 'production', version, seen: 1 });
    expect(langfuse.requestsTo('GET', '/api/public/v2/prompts')).toHaveLength(before);
    expect(written()).toHaveLength(writtenBefore);
    expect(await prompt()).toMatchObject({ source: 'langfuse', mirrorError: null });
  });

  test('link a call to the number that Langfuse gave its version', async () => {
    expect(await linksOf(api)).toEqual(['1 is 1', '2 is 2', '4 is 4', '5 is 5']);
  });
});

describe.each(businessDatabases())(
  'prompts of an installation that meets Langfuse later, on $name',
  ({ create }) => {
    test('serve as before until a person decides between the two', async () => {
      const model = await startModelRecorder(scoreEverything(80, () => ['week.note']));
      const langfuse = await startLangfuseRecorder();
      const { url: baseUrl, publicKey, secretKey } = langfuse;
      const there = langfusePrompts(
        createLangfuseClient({ baseUrl, publicKey, secretKey, fetchTimeoutMs: 5_000, maxRetries: 0 }),
      );
      const testDatabase = await create();
      const alone = await startApi(testDatabase);
      const { text, variables } = await alone.client.prompt.get({ name });
      const own = { name, text: `${text}\nOur own.`, variables, commitMessage };
      await alone.client.prompt.create(own);
      await alone.client.prompt.check({ name, version: 2, cases: 0 });
      await alone.client.prompt.setLabel({ name, label: 'production', version: 2, seen: 1 });
      await alone.stop();
      const theirs = { text: `${text}\nTheirs.`, variables, config: {} };
      await there.create(name, theirs, { labels: ['production'], commitMessage });

      const api = await startApi(testDatabase, {
        OPENAI_API_KEY: 'sk-test',
        OPENAI_BASE_URL: model.url,
        LANGFUSE_BASE_URL: baseUrl,
        LANGFUSE_PUBLIC_KEY: publicKey,
        LANGFUSE_SECRET_KEY: secretKey,
      });
      const read = async () => {
        await api.client.people.import(smallCompany(1));
        await evaluate(api.client, { dryRun: true });
        return (await api.client.prompt.list({})).items.find((one) => one.name === name);
      };
      for (const look of ['first', 'second']) {
        const found = await read();
        const production = found?.labels.find(({ label }) => label === 'production');
        expect(production?.version, look).toBe(2);
        expect(found?.held, look).toMatchObject({
          version: 3,
          reason: expect.stringContaining('move production'),
        });
      }
      await api.client.prompt.check({ name, version: 3, cases: 0 });
      await api.client.prompt.setLabel({ name, label: 'production', version: 3, seen: 2 });
      expect((await read())?.held).toBeNull();
      // A call is linked by Langfuse's number, and one of a version that Langfuse never had by none.
      expect(await linksOf(api)).toEqual(['2 is null', '3 is 1']);
      await api.stop();
      await langfuse.close();
      await model.close();
      await testDatabase.remove();
    }, 120_000);
  },
);

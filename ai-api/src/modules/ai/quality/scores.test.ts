import { type LangfuseRecorder, startLangfuseRecorder } from '@ai-manager/langfuse/test-recorder';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { clientAs, takeReview } from '../../../../test/reviewers.ts';
import { evaluate, problem, smallCompany } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import { ApiError, type Client } from '../../../catalogue/client.ts';

describe.each(businessDatabases())('scores on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let langfuse: LangfuseRecorder;
  let ada: Client;
  let judgements: string[];
  /** A score that Langfuse will never show; how that ends takes a while to be known. */
  let dropped: string;

  beforeAll(async () => {
    langfuse = await startLangfuseRecorder();
    // A narrower one was made there, which drops what does not fit without an error.
    await fetch(`${langfuse.url}/api/public/score-configs`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${langfuse.publicKey}:${langfuse.secretKey}`)}` },
      body: JSON.stringify({ name: 'reflection', dataType: 'NUMERIC', minValue: 0, maxValue: 10 }),
    });
    testDatabase = await create();
    api = await startApi(testDatabase, {
      LANGFUSE_BASE_URL: langfuse.url,
      LANGFUSE_PUBLIC_KEY: langfuse.publicKey,
      LANGFUSE_SECRET_KEY: langfuse.secretKey,
      LANGFUSE_TIMEOUT_MS: '500',
      LANGFUSE_RETRY_SECONDS: '1',
    });
    ada = await clientAs(api, 'ada');
    await api.client.people.import(smallCompany(12));
    await api.client.reviews.setSampling({ kind: 'evaluation', randomShare: 1, doubleShare: 0 });
    await evaluate(api.client);
    const { items } = await api.client.reviews.list({ limit: 100 });
    judgements = items.map(({ judgementId }) => judgementId);
    const given = { judgementId: fresh(), config: 'reflection', value: 50 };
    dropped = (await ada.score.create(given)).scoreId;
  });
  afterAll(async () => {
    await api?.stop();
    await langfuse?.close();
    await testDatabase?.remove();
  });

  /** A judgement that no other test scores. */
  const fresh = () => judgements.pop() as string;

  async function refusal(work: Promise<unknown>): Promise<string> {
    const error = await work.catch((reason: unknown) => reason);
    if (!(error instanceof ApiError)) throw new Error('It was not refused', { cause: error });
    return `${error.code} ${error.message}`;
  }

  /** Asks Langfuse as its own screens do. */
  async function ask(method: string, path: string, body?: object) {
    const headers = { authorization: `Basic ${btoa(`${langfuse.publicKey}:${langfuse.secretKey}`)}` };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${langfuse.url}/api/public${path}`, { method, headers, ...sent });
    return (await answer.json()) as {
      data: { id: string; name: string; objectId: string; status: string }[];
    };
  }

  async function queueOf(name: string): Promise<string> {
    const { data } = await ask('GET', '/annotation-queues');
    return data.find((queue) => queue.name === name)?.id ?? '';
  }

  const itemsOf = async (queueId: string) =>
    (await ask('GET', `/annotation-queues/${queueId}/items?limit=100`)).data;

  async function completeThere(queueId: string, traceId: string): Promise<void> {
    const item = (await itemsOf(queueId)).find(({ objectId }) => objectId === traceId);
    await ask('PATCH', `/annotation-queues/${queueId}/items/${item?.id}`, { status: 'COMPLETED' });
  }

  function reaches(scoreId: string, state: string) {
    return vi.waitFor(
      async () => {
        const { score } = await ada.score.get({ scoreId });
        expect(score.langfuse.state).toBe(state);
        return score;
      },
      { timeout: 40_000, interval: 100 },
    );
  }

  test('are stored at once, sent to Langfuse with an id of ours, and confirmed when they are there', async () => {
    const judgementId = fresh();
    const { scoreId, langfuse: sent } = await ada.score.create({
      judgementId,
      config: 'reasons hold',
      value: true,
      comment: 'Every one, says thistle@people.example.',
    });
    expect(sent.state).toBe('pending');
    expect(await reaches(scoreId, 'confirmed')).toMatchObject({ value: true, version: 1 });
    const [posted] = langfuse
      .requestsTo('POST', '/api/public/scores')
      .map(({ body }) => body as Record<string, unknown>)
      .filter(({ id }) => id === scoreId);
    expect(posted).toMatchObject({
      traceId: judgementId.replaceAll('-', ''),
      name: 'reasons hold',
      dataType: 'BOOLEAN',
      value: 1,
      comment: 'Every one, says <email>.',
      configId: expect.any(String),
      environment: 'test',
      metadata: { reviewer: expect.stringMatching(/^(user|key):/), reviewerName: expect.any(String) },
    });
  });

  test.each([
    ['a number outside its range', 'feedback helps', 6, 'value: must be from 1 to 5'],
    ['text for a number', 'feedback helps', 'much', 'value: must be a number'],
    ['a flag for a number', 'feedback helps', true, 'value: must be a number'],
    ['an invalid category', 'grade', 'F', 'value: must be one of A, B, C, D, E, insufficient evidence'],
    ['a number for a category', 'grade', 4, 'value: must be one of A, B'],
    ['a word for a flag', 'reasons hold', 'perhaps', 'value: must be true or false'],
    ['a number for a flag', 'reasons hold', 2, 'value: must be true or false'],
    ['too long a text', 'remark', 'x'.repeat(501), 'value'],
    ['a config that is not there', 'mood', 1, 'config: is not a score config'],
    ['a config of another kind', 'market reasoning', 50, 'config: is not for judgements of kind evaluation'],
  ])('are refused for %s, before Langfuse hears of it', async (_what, config, value, message) => {
    const judgementId = judgements[0] as string;
    const before = langfuse.requestsTo('POST', '/api/public/scores').length;
    const said = await refusal(ada.score.create({ judgementId, config, value }));
    expect(said).toContain('INVALID_INPUT');
    expect(said).toContain(message);
    expect((await ada.score.list({ judgementId })).items).toEqual([]);
    expect(langfuse.requestsTo('POST', '/api/public/scores')).toHaveLength(before);
  });

  test('take numbers that a form sends as text', async () => {
    const judgementId = fresh();
    const score = await ada.score.create({ judgementId, config: 'feedback helps', value: '4' });
    expect(score.value).toBe(4);
  });

  test('are of a judgement that is there, and given by who may', async () => {
    const given = { config: 'grade', value: 'A' } as const;
    const judgementId = '01890000-0000-7000-8000-000000000000';
    expect((await problem(ada.score.create({ judgementId, ...given }))).code).toBe('NOT_FOUND');
    const reader = await clientAs(api, 'reader', ['readonly']);
    const asReader = reader.score.create({ judgementId: judgements[0] as string, ...given });
    expect((await problem(asReader)).code).toBe('FORBIDDEN');
  });

  test('are given once by each reviewer, and corrected by who gave them, with what was before', async () => {
    const judgementId = fresh();
    const give = () => ada.score.create({ judgementId, config: 'grade', value: 'A' });
    const answers = await Promise.allSettled([give(), give(), give()]);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const bo = await clientAs(api, 'bo');
    await bo.score.create({ judgementId, config: 'grade', value: 'C' });
    const { items } = await ada.score.list({ judgementId });
    const scoreId = items.find(({ reviewerName }) => reviewerName === 'ada')?.scoreId as string;
    const correction = { scoreId, version: 1, value: 'B', reason: 'I missed the goals.' };
    expect((await problem(bo.score.correct(correction))).code).toBe('FORBIDDEN');
    expect(await refusal(ada.score.correct({ ...correction, value: 'F' }))).toContain(
      'value: must be one of',
    );
    const corrected = await Promise.allSettled([
      ada.score.correct(correction),
      ada.score.correct(correction),
    ]);
    expect(corrected.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await problem(ada.score.correct(correction))).toEqual({ status: 409, code: 'CONFLICT' });
    const history = await ada.score.get({ scoreId });
    expect(history.score).toMatchObject({ scoreId, version: 2, value: 'B', reason: 'I missed the goals.' });
    expect(history.earlier).toMatchObject([{ scoreId, version: 1, value: 'A', reason: null }]);
    await reaches(scoreId, 'confirmed');
    const posted = langfuse.requestsTo('POST', '/api/public/scores').map(({ body }) => body);
    expect(posted.filter((body) => (body as { id: string }).id === scoreId).at(-1)).toMatchObject({
      value: 'B',
    });
  });

  test('wait while Langfuse is away, and lose nothing', async () => {
    langfuse.failWith('hang');
    const judgementId = fresh();
    const { scoreId } = await ada.score.create({ judgementId, config: 'tone', value: 'right' });
    for (const fault of ['hang', { status: 500 }, 'refuse'] as const) {
      langfuse.failWith(fault);
      const before = langfuse.requests.length;
      await vi.waitFor(() => expect(langfuse.requests.length).toBeGreaterThan(before), { timeout: 20_000 });
    }
    expect((await ada.score.get({ scoreId })).score.langfuse.state).toBe('pending');
    langfuse.failWith(null);
    await reaches(scoreId, 'confirmed');
  });

  test('that Langfuse refuses say why, and can be sent again', async () => {
    const toScores = (path: string) => path === '/api/public/scores';
    langfuse.failWith({ status: 413 }, ({ path }) => toScores(path));
    const { scoreId } = await ada.score.create({ judgementId: fresh(), config: 'tone', value: 'too soft' });
    expect((await reaches(scoreId, 'failed')).langfuse.error).toContain('413');
    const { items } = await ada.score.list({ langfuse: 'failed' });
    expect(items.map((score) => score.scoreId)).toContain(scoreId);
    langfuse.failWith(null);
    await api.client.score.resend({ scoreId });
    await reaches(scoreId, 'confirmed');
    const again = api.client.score.resend({ scoreId });
    expect(await problem(again)).toEqual({ status: 409, code: 'CONFLICT' });
  });

  test('that Langfuse takes and never shows are missing, and can be sent again', async () => {
    const scoreId = dropped;
    const lost = await reaches(scoreId, 'missing');
    expect(lost.langfuse.error).toBe('Langfuse accepted the score but does not have it.');
    expect(lost.value).toBe(50);
    expect((await api.client.score.resend({ scoreId })).langfuse.state).toBe('pending');
  });

  test('of sampled judgements are asked for in a queue of Langfuse too, each trace once', async () => {
    const { items } = await api.client.reviews.list({ limit: 100 });
    const traces = items.map(({ judgementId }) => judgementId.replaceAll('-', '')).toSorted();
    await vi.waitFor(
      async () => {
        const listed = await api.client.reviews.list({ limit: 100 });
        expect(listed.items.every((review) => review.langfuse === 'sent')).toBe(true);
      },
      { timeout: 40_000, interval: 100 },
    );
    const queued = langfuse
      .requestsTo('POST', '/api/public/annotation-queues/')
      .map(({ body }) => body as { objectId: string; objectType: string });
    expect(queued.map(({ objectId }) => objectId).toSorted()).toEqual(traces);
    expect(new Set(queued.map(({ objectType }) => objectType))).toEqual(new Set(['TRACE']));
    const made = langfuse.requests.filter(
      ({ method, path }) => method === 'POST' && path === '/api/public/annotation-queues',
    );
    expect(made.map(({ body }) => (body as { name: string }).name)).toEqual(['Reviews: evaluation']);
  });

  test('may be given by configs of the company, until those are archived', async () => {
    const config = { name: 'Fair (2026)', description: 'Is it fair?', kinds: ['evaluation'] };
    const range = { dataType: 'NUMERIC', minValue: -1, maxValue: 1 } as const;
    await api.client.scoreConfig.create({ ...config, ...range });
    const judgementId = fresh();
    await ada.score.create({ judgementId, config: config.name, value: -0.5 });
    expect((await problem(api.client.scoreConfig.create({ ...config, ...range }))).code).toBe('CONFLICT');
    await api.client.scoreConfig.archive({ name: config.name });
    expect((await problem(api.client.scoreConfig.archive({ name: config.name }))).code).toBe('CONFLICT');
    const late = ada.score.create({ judgementId: fresh(), config: config.name, value: 0 });
    expect(await refusal(late)).toContain('config: is archived');
    const builtIn = await api.client.scoreConfig.archive({ name: 'reflection' });
    expect(builtIn).toMatchObject({ source: 'built-in', archivedAt: expect.any(String) });
    const review = await takeReview(ada);
    expect(review.configs.map(({ name }) => name)).not.toContain('reflection');
    const { items } = await api.client.scoreConfig.list({ kind: 'project-evaluation' });
    expect(items.map(({ name }) => name)).toContain('market reasoning');
  });

  const named = { name: 'X', description: 'X?' };
  test.each([
    ['NUMERIC without a range', { ...named, dataType: 'NUMERIC' }, 'minValue: is needed'],
    [
      'a range upside down',
      { ...named, dataType: 'NUMERIC', minValue: 5, maxValue: 1 },
      'maxValue: must be greater',
    ],
    ['CATEGORICAL without categories', { ...named, dataType: 'CATEGORICAL' }, 'categories: is needed'],
    [
      'a label twice',
      {
        ...named,
        dataType: 'CATEGORICAL',
        categories: [
          { label: 'a', value: 1 },
          { label: 'a', value: 2 },
        ],
      },
      'categories: has a label twice',
    ],
    ['a range of text', { ...named, dataType: 'TEXT', maxValue: 5 }, 'maxValue: is for NUMERIC only'],
    ['a name Langfuse refuses', { ...named, name: 'Güte', dataType: 'BOOLEAN' }, 'name: may hold letters'],
    ['too long a name', { ...named, name: 'x'.repeat(36), dataType: 'BOOLEAN' }, 'name: must have 1 to 35'],
    ['the name of a built-in one', { ...named, name: 'grade', dataType: 'BOOLEAN' }, 'already'],
  ])('have no config with %s', async (_what, config, message) => {
    const made = api.client.scoreConfig.create(config as Parameters<Client['scoreConfig']['create']>[0]);
    expect(await refusal(made)).toContain(message);
  });

  test('are what a person decided too, at the judgement that was replaced', async () => {
    const { items: runs } = await api.client.evaluation.listRuns({ limit: 1 });
    const { items } = await api.client.evaluation.listResults({ runId: runs[0]?.runId ?? '' });
    const { evaluationId } = items[0] as (typeof items)[number];
    const { judgement } = await api.client.evaluation.get({ evaluationId });
    const judgementId = judgement?.judgementId as string;
    const reason = 'I asked thistle@people.example about that week.';
    const executive = await staff(api, 'boss@sample-company.example', ['executive'], 'The Executive');
    await executive.evaluation.override({ evaluationId, judgementId, grade: 'D', reason });
    await vi.waitFor(
      () => {
        const posted = langfuse.requestsTo('POST', '/api/public/scores').map(({ body }) => body);
        expect(posted).toContainEqual(
          expect.objectContaining({
            traceId: judgementId.replaceAll('-', ''),
            name: 'grade',
            value: 'D',
            comment: 'I asked <email> about that week.',
            environment: 'test',
          }),
        );
      },
      { timeout: 20_000, interval: 100 },
    );
  });

  test('given in a queue of Langfuse complete the review here, and a review done here its item there', async () => {
    const queueId = await queueOf('Reviews: evaluation');
    const open = (await api.client.reviews.list({ status: 'open', limit: 100 })).items;
    const [review, other] = open as [(typeof open)[number], (typeof open)[number]];
    const traceId = review.judgementId.replaceAll('-', '');
    const author = { traceId, queueId, source: 'ANNOTATION', authorUserId: 'ada-there' };
    await ask('POST', '/scores', {
      ...author,
      name: 'grade',
      dataType: 'CATEGORICAL',
      value: 'E',
      comment: 'Late.',
    });
    await ask('POST', '/scores', { ...author, name: 'reasons hold', dataType: 'BOOLEAN', value: 1 });

    expect(await api.context.quality.pullReviews()).toBe(0);
    await completeThere(queueId, traceId);
    const posted = langfuse.requestsTo('POST', '/api/public/scores').length;
    expect(await api.context.quality.pullReviews()).toBe(1);
    expect((await api.client.reviews.list({ judgementId: review.judgementId })).items).toMatchObject([
      { status: 'done', finished: 1 },
    ]);
    const { items } = await ada.score.list({ judgementId: review.judgementId });
    const own = items.filter(({ reviewer }) => reviewer === 'langfuse:ada-there');
    expect(own.map(({ config, value, langfuse: sent }) => [config, value, sent.state]).toSorted()).toEqual([
      ['grade', 'E', 'confirmed'],
      ['reasons hold', true, 'confirmed'],
    ]);
    expect(langfuse.requestsTo('POST', '/api/public/scores')).toHaveLength(posted);
    expect(await api.context.quality.pullReviews()).toBe(0);

    const { review: taken } = await ada.reviews.next({ kind: 'evaluation' });
    await ada.reviews.complete({
      reviewId: taken?.reviewId ?? other.reviewId,
      scores: [{ config: 'grade', value: 'A' }],
    });
    const done = taken?.judgementId.replaceAll('-', '');
    await vi.waitFor(
      async () =>
        expect((await itemsOf(queueId)).find(({ objectId }) => objectId === done)?.status).toBe('COMPLETED'),
      { timeout: 20_000, interval: 100 },
    );
  });

  test('that do not fit their config leave their review open, and keep no other from being taken', async () => {
    const queueId = await queueOf('Reviews: evaluation');
    const { items: open } = await api.client.reviews.list({ status: 'open', limit: 100 });
    const [unfit, fit] = open as [(typeof open)[number], (typeof open)[number]];
    for (const { judgementId, grade } of [
      { ...unfit, grade: 'F' },
      { ...fit, grade: 'B' },
    ]) {
      const traceId = judgementId.replaceAll('-', '');
      const author = { traceId, queueId, source: 'ANNOTATION', authorUserId: 'bo-there' };
      const comment = 'x'.repeat(5_000);
      await ask('POST', '/scores', { ...author, name: 'reasons hold', dataType: 'BOOLEAN', value: 1 });
      await ask('POST', '/scores', {
        ...author,
        name: 'grade',
        dataType: 'CATEGORICAL',
        value: grade,
        comment,
      });
      await completeThere(queueId, traceId);
    }
    expect(await api.context.quality.pullReviews()).toBe(1);
    const statusOf = async ({ judgementId }: typeof fit) =>
      (await api.client.reviews.list({ judgementId })).items.map(({ status }) => status);
    expect(await statusOf(unfit)).toEqual(['open']);
    expect(await statusOf(fit)).toEqual(['done']);
    const given = (await ada.score.list({ judgementId: fit.judgementId })).items;
    expect(given.find(({ config }) => config === 'grade')?.comment).toBe('x'.repeat(2_000));
    expect((await ada.score.list({ judgementId: unfit.judgementId })).items).toEqual([]);
  });
});

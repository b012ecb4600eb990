import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ADMIN_KEY, SAMPLE_WEEK, startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { evaluate, everyItem, problem, smallCompany } from '../../../../test/runs.ts';
import { type Delivery, type Subscriber, startSubscriber, verified } from '../../../../test/subscriber.ts';
import { addWeeks } from '../../../platform/week.ts';

const EVENT = 'evaluation.run.completed';

describe.each(businessDatabases())('webhooks on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let week = SAMPLE_WEEK;
  const subscribers: Subscriber[] = [];
  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase, { WEBHOOK_RETRY_SECONDS: '1' });
    await api.client.people.import(smallCompany(2));
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });
  afterEach(async () => {
    for (const { id } of await everyItem((page) => api.client.webhook.list(page))) {
      await api.client.webhook.delete({ endpointId: id });
    }
    for (const subscriber of subscribers.splice(0)) await subscriber.close();
  });

  async function listen(...how: Parameters<typeof startSubscriber>): Promise<Subscriber> {
    const subscriber = await startSubscriber(...how);
    subscribers.push(subscriber);
    return subscriber;
  }

  const subscribe = (url: string) => api.client.webhook.create({ url, events: [EVENT] });

  /** An official run of a week that had none. */
  function complete() {
    week = addWeeks(week, -1);
    return evaluate(api.client, { week });
  }

  const delivered = ({ deliveries }: Subscriber, count: number) =>
    vi.waitFor(() => expect(deliveries.length).toBeGreaterThanOrEqual(count), {
      timeout: 30_000,
      interval: 50,
    });

  const lastDelivery = async (endpointId: string) =>
    (await api.client.webhook.get({ endpointId })).lastDelivery;
  const settled = (endpointId: string, state: object) =>
    vi.waitFor(async () => expect(await lastDelivery(endpointId)).toMatchObject(state), { timeout: 30_000 });

  test('tell every subscriber of a completed run, signed for each with its own secret', async () => {
    const [one, two] = [await listen(), await listen()];
    const [first, second] = [await subscribe(one.url), await subscribe(two.url)];
    const run = await complete();
    await Promise.all([delivered(one, 1), delivered(two, 1)]);
    const event = {
      type: EVENT,
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: {
        runId: run.runId,
        week: run.week,
        judged: 2,
        failed: 0,
        projects: 0,
        engine: 'rules',
        completedAt: run.completedAt,
        notices: expect.any(Array),
      },
    };
    const [toOne, toTwo] = [one.deliveries[0] as Delivery, two.deliveries[0] as Delivery];
    expect(verified(first.secret, toOne)).toEqual(event);
    expect(verified(second.secret, toTwo)).toEqual(event);
    expect(() => verified(second.secret, toOne)).toThrow();
    expect(() => verified(first.secret, { ...toOne, body: `${toOne.body} ` })).toThrow();
    expect(toOne).toMatchObject({ path: 'POST /hook', headers: { 'content-type': 'application/json' } });
    await settled(first.id, { event: EVENT, status: 'delivered', attempts: 1, lastError: null });
    expect(one.deliveries).toHaveLength(1);
  });

  test('are tried again until they are taken, as the same event', async () => {
    const subscriber = await listen((_delivery, number) => ({ status: number <= 2 ? 500 : 200 }));
    const { id, secret } = await subscribe(subscriber.url);
    await complete();
    await delivered(subscriber, 1);
    await settled(id, { status: 'pending', lastError: 'The endpoint answered 500.' });
    await delivered(subscriber, 3);
    const [first] = subscriber.deliveries as [Delivery];
    expect(new Set(subscriber.deliveries.map((delivery) => delivery.id))).toEqual(new Set([first.id]));
    for (const delivery of subscriber.deliveries) {
      expect(verified(secret, delivery)).toEqual(verified(secret, first));
    }
    await settled(id, { status: 'delivered', attempts: 3, lastError: null });
  });

  test('reach a subscriber that was down when the run completed', async () => {
    const gone = await startSubscriber();
    await gone.close();
    const { id, secret } = await subscribe(gone.url);
    const run = await complete();
    await settled(id, { status: 'pending', lastError: 'The endpoint could not be reached.' });
    const back = await listen(undefined, gone.port);
    await delivered(back, 1);
    expect(verified(secret, back.deliveries[0] as Delivery)).toMatchObject({ data: { runId: run.runId } });
    await settled(id, { status: 'delivered', lastError: null });
  });

  test('follow no redirect', async () => {
    const elsewhere = await listen();
    const subscriber = await listen(() => ({ status: 307, headers: { location: elsewhere.url } }));
    const { id } = await subscribe(subscriber.url);
    await complete();
    await settled(id, { status: 'pending', lastError: 'The endpoint answered 307.' });
    await delivered(subscriber, 2);
    expect(elsewhere.deliveries).toEqual([]);
  });

  test('do not go to an endpoint that was deleted, before or between attempts', async () => {
    const [kept, deleted] = [await listen(), await listen()];
    const failing = await listen(() => ({ status: 503 }));
    await subscribe(kept.url);
    const early = await subscribe(deleted.url);
    const late = await subscribe(failing.url);
    await api.client.webhook.delete({ endpointId: early.id });
    await complete();
    await delivered(failing, 1);
    await api.client.webhook.delete({ endpointId: late.id });
    const before = failing.deliveries.length;
    await complete();
    await delivered(kept, 2);
    expect(deleted.deliveries).toEqual([]);
    expect(failing.deliveries.length).toBeLessThanOrEqual(before + 1);
    expect(new Set(failing.deliveries.map((delivery) => delivery.id)).size).toBe(1);
  });

  test('are not sent for a dry run', async () => {
    const subscriber = await listen();
    const { id } = await subscribe(subscriber.url);
    await evaluate(api.client, { dryRun: true });
    const official = await complete();
    await delivered(subscriber, 1);
    expect(subscriber.deliveries.map(({ body }) => JSON.parse(body).data.runId)).toEqual([official.runId]);
    await settled(id, { status: 'delivered' });
  });

  test('have a secret that is shown once', async () => {
    const created = await subscribe('http://127.0.0.1:9/hook?tenant=1');
    expect(created.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const { secret: _secret, ...shown } = created;
    expect(shown).toMatchObject({
      url: 'http://127.0.0.1:9/hook?tenant=1',
      events: [EVENT],
      lastDelivery: null,
    });
    expect(await api.client.webhook.get({ endpointId: created.id })).toEqual(shown);
    expect((await api.client.webhook.list({})).items).toEqual([shown]);
    const raw = await fetch(`${api.url}/webhooks/endpoints`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    expect(await raw.text()).not.toContain('whsec_');
    expect((await subscribe(created.url)).secret).not.toBe(created.secret);
  });

  test('are listed page by page', async () => {
    const created = [];
    for (let n = 0; n < 5; n++) created.push((await subscribe(`http://127.0.0.1:9/${n}`)).id);
    const listed = await everyItem((page) => api.client.webhook.list({ limit: 2, ...page }));
    expect(listed.map(({ id }) => id)).toEqual(created);
  });

  test.each([
    ['an address of another kind', { url: 'ftp://receiver.example/' }],
    ['no address', { url: 'receiver' }],
    ['an address with a password in it', { url: 'https://name:word@receiver.example/' }],
    ['an address that is too long', { url: `https://receiver.example/${'x'.repeat(2000)}` }],
    ['no event', { events: [] }],
    ['an event that does not exist', { events: ['evaluation.run.forgotten' as typeof EVENT] }],
    ['a secret of its own', { secret: 'whsec_AAAA' }],
  ])('are refused with %s', async (_what, wrong) => {
    const call = api.client.webhook.create({ url: 'https://receiver.example/', events: [EVENT], ...wrong });
    expect(await problem(call)).toEqual({ status: 422, code: 'INVALID_INPUT' });
  });

  test('do not know invented ids', async () => {
    const endpointId = uuidv7();
    expect(await problem(api.client.webhook.get({ endpointId }))).toEqual({ status: 404, code: 'NOT_FOUND' });
    expect(await problem(api.client.webhook.delete({ endpointId }))).toEqual({
      status: 404,
      code: 'NOT_FOUND',
    });
    expect(await problem(api.client.webhook.get({ endpointId: 'x' }))).toMatchObject({ status: 422 });
  });
});

import { sql } from 'kysely';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { makeJobsDue, movableClock } from '../../../../test/clock.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type Delivered, type Subscriber, startSubscriber } from '../../../../test/endpoint.ts';
import { everyItem, problem } from '../../../../test/runs.ts';
import type { Client } from '../../../catalogue/client.ts';

const COMPLETED = {
  runId: '0197a3b0-0000-7000-8000-000000000001',
  week: '2026-W46',
  judged: 1,
  failed: 0,
  projects: 2,
  engine: 'rules',
  notices: [] as string[],
  completedAt: '2026-11-16T09:00:00.000Z',
} as const;

/** Longer than any pause between deliveries. */
const PAUSE_OVER_MS = 2 * 3_600_000;

describe.each(businessDatabases())('webhooks on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let client: Client;
  let tenantId: string;
  let subscriber: Subscriber;
  const clock = movableClock();

  beforeAll(async () => {
    testDatabase = await create();
    api = await startApi(testDatabase, { WEBHOOK_RETRY_SECONDS: '1' }, { clock });
    client = api.client;
    tenantId = (await client.identity.whoami({})).tenantId;
  });
  afterAll(async () => {
    await api.stop();
    await testDatabase.remove();
  });
  beforeEach(async () => {
    subscriber = await startSubscriber();
  });
  afterEach(async () => {
    for (const { id } of (await client.webhook.list({})).items)
      await client.webhook.delete({ endpointId: id });
    await subscriber.close();
  });

  const { completed } = { completed: ['evaluation.run.completed' as const] };
  const subscribe = (url = subscriber.url) => client.webhook.create({ url, events: completed });
  const publish = () =>
    api.context.database.withTenant(tenantId, (transaction) =>
      api.context.events.publish(transaction, tenantId, 'evaluation.run.completed', COMPLETED),
    );
  const deliveries = async (endpointId: string) =>
    (await client.webhook.listDeliveries({ endpointId })).items;
  const until = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 25_000, interval: 50 });
  const received = (count: number) => until(() => expect(subscriber.received).toHaveLength(count));

  function isSigned({ headers, body }: Delivered, secret: string): boolean {
    try {
      new Webhook(secret).verify(body, headers);
      return true;
    } catch {
      return false;
    }
  }

  test('are delivered once, signed, to endpoints that asked for the event', async () => {
    const { id, secret } = await subscribe();
    await client.webhook.create({ url: `${subscriber.url}/other`, events: ['evaluation.judged'] });
    await publish();
    await received(1);
    const [delivery] = subscriber.received as [Delivered];
    expect(isSigned(delivery, secret)).toBe(true);
    expect(isSigned({ ...delivery, body: `${delivery.body} ` }, secret)).toBe(false);
    expect(delivery.event).toMatchObject({ type: 'evaluation.run.completed', data: COMPLETED });
    const [logged] = await until(async () => {
      const items = await deliveries(id);
      expect(items).toMatchObject([{ status: 'delivered' }]);
      return items;
    });
    expect(logged).toMatchObject({
      endpointId: id,
      eventId: delivery.headers['webhook-id'],
      event: 'evaluation.run.completed',
      nextAttemptAt: null,
      attempts: [{ responseStatus: 200, error: null }],
    });
  });

  test('are delivered to endpoints that asked for a topic that matches, and to no others', async () => {
    await client.webhook.create({ url: subscriber.url, events: [], topics: ['evaluation.*.completed'] });
    await client.webhook.create({ url: subscriber.url, events: [], topics: ['approval.#'] });
    await publish();
    await received(1);
    expect(await problem(client.webhook.create({ url: subscriber.url, events: [] }))).toMatchObject({
      status: 422,
    });
  });

  test('cannot be sent to places that are not allowed, at creation or by a change', async () => {
    for (const url of ['http://169.254.169.254/latest', 'http://10.0.0.1/', 'http://[::1]/'])
      expect(await problem(client.webhook.create({ url, events: completed }))).toEqual({
        status: 422,
        code: 'WEBHOOK_URL_REFUSED',
      });
    const { id } = await subscribe();
    const change = client.webhook.update({ endpointId: id, url: 'http://192.168.0.1/' });
    expect(await problem(change)).toEqual({ status: 422, code: 'WEBHOOK_URL_REFUSED' });
    expect((await client.webhook.get({ endpointId: id })).url).toBe(subscriber.url);
  });

  test('judge the address again at each delivery', async () => {
    const { id } = await subscribe();
    await api.context.database
      .system('the test moves the endpoint behind the check')
      .updateTable('events.endpoints')
      .set({ url: 'http://169.254.169.254/latest/meta-data/' })
      .where('id', '=', id)
      .execute();
    await client.webhook.test({ endpointId: id });
    await until(async () =>
      expect(await deliveries(id)).toMatchObject([
        {
          status: 'failed',
          attempts: [
            { responseStatus: null, error: 'The URL is refused. Its host is not on the public internet.' },
          ],
        },
      ]),
    );
  });

  test('do not follow redirects', async () => {
    const { id } = await subscribe();
    subscriber.status = 302;
    subscriber.headers = { location: `${subscriber.url}/elsewhere` };
    await client.webhook.test({ endpointId: id });
    await until(async () =>
      expect(await deliveries(id)).toMatchObject([{ status: 'failed', attempts: [{ responseStatus: 302 }] }]),
    );
    expect(subscriber.received).toHaveLength(1);
  });

  test('are tried again until they are taken, and the log has every attempt', async () => {
    const { id } = await subscribe();
    subscriber.status = 503;
    await publish();
    const waiting = await until(async () => {
      const [delivery] = await deliveries(id);
      expect(delivery).toMatchObject({
        status: 'pending',
        nextAttemptAt: expect.any(String),
        attempts: [{ responseStatus: 503, error: 'The endpoint answered 503.' }],
      });
      return delivery;
    });
    expect(Date.parse(waiting?.nextAttemptAt as string)).toBeGreaterThan(
      Date.parse(waiting?.createdAt as string),
    );
    subscriber.status = 200;
    await until(async () => {
      const [delivery] = await deliveries(id);
      expect(delivery).toMatchObject({ status: 'delivered', nextAttemptAt: null });
      expect(delivery?.attempts.at(-1)).toMatchObject({ responseStatus: 200, error: null });
    });
    const ids = new Set(subscriber.received.map(({ headers }) => headers['webhook-id']));
    expect(ids.size).toBe(1);
  });

  test('wait longer for an endpoint that keeps failing, until it answers again', async () => {
    const { id } = await subscribe();
    subscriber.status = 500;
    for (let index = 0; index < 6; index++) await publish();
    const failing = await until(async () => {
      const endpoint = await client.webhook.get({ endpointId: id });
      expect(endpoint.state).toBe('failing');
      return endpoint;
    });
    expect(failing.stateReason).toMatch(
      /^\d+ deliveries in a row have failed. The last time: The endpoint answered 500/,
    );
    expect(Date.parse(failing.pausedUntil as string)).toBeGreaterThan(Date.now());
    subscriber.status = 200;
    clock.setAhead(PAUSE_OVER_MS);
    await until(async () => {
      await makeJobsDue(api, 'webhook.deliver');
      expect(await client.webhook.get({ endpointId: id })).toMatchObject({
        state: 'healthy',
        stateReason: null,
        pausedUntil: null,
      });
      expect((await deliveries(id)).map(({ status }) => status)).toEqual(Array(6).fill('delivered'));
    });
    clock.setAhead(0);
  });

  test('stop for an endpoint that has failed for days, until it is enabled again', async () => {
    const { id } = await subscribe();
    await api.context.database
      .system('the test makes days pass')
      .updateTable('events.endpoints')
      .set({ failures: 3, failing_since: sql<Date>`now() - interval '4 days'` })
      .where('id', '=', id)
      .execute();
    subscriber.status = 410;
    await publish();
    const disabled = await until(async () => {
      const endpoint = await client.webhook.get({ endpointId: id });
      expect(endpoint.state).toBe('disabled');
      return endpoint;
    });
    expect(disabled.stateReason).toMatch(/^Every delivery has failed since .* The endpoint answered 410\.$/);
    const [delivery] = await deliveries(id);
    expect(delivery).toMatchObject({ status: 'failed', nextAttemptAt: null });
    await publish();
    expect(await deliveries(id)).toHaveLength(1);
    const resend = client.webhook.resend({ deliveryId: delivery?.deliveryId as string });
    expect(await problem(resend)).toEqual({ status: 409, code: 'CONFLICT' });

    subscriber.status = 200;
    expect(await client.webhook.update({ endpointId: id, enabled: true })).toMatchObject({
      state: 'healthy',
    });
    await client.webhook.resend({ deliveryId: delivery?.deliveryId as string });
    await until(async () => expect(await deliveries(id)).toMatchObject([{ status: 'delivered' }]));
  });

  test('can be sent again by hand, as the same event', async () => {
    const { id, secret } = await subscribe();
    await publish();
    await received(1);
    const [delivery] = await until(async () => {
      const items = await deliveries(id);
      expect(items).toMatchObject([{ status: 'delivered' }]);
      return items;
    });
    const deliveryId = delivery?.deliveryId as string;
    expect(await client.webhook.resend({ deliveryId })).toMatchObject({ deliveryId, status: 'pending' });
    await received(2);
    const [first, second] = subscriber.received as [Delivered, Delivered];
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
    expect(second.body).toBe(first.body);
    expect(isSigned(second, secret)).toBe(true);
    await until(async () => {
      const [again] = await deliveries(id);
      expect(again?.status).toBe('delivered');
      expect(again?.attempts).toHaveLength(2);
    });
    const unknown = client.webhook.resend({ deliveryId: COMPLETED.runId });
    expect(await problem(unknown)).toEqual({ status: 404, code: 'NOT_FOUND' });
  });

  test('can be tried with a sample, which the endpoint need not have subscribed to', async () => {
    const { id } = await subscribe();
    expect(await client.webhook.test({ endpointId: id })).toMatchObject({
      event: 'endpoint.test',
      attempts: [],
    });
    await received(1);
    expect(subscriber.received[0]?.event).toMatchObject({ type: 'endpoint.test', data: { endpointId: id } });
  });

  test('carry the signatures of both secrets after a rotation', async () => {
    const { id, secret: first } = await subscribe();
    const { secret: second, previousValidUntil } = await client.webhook.rotateSecret({ endpointId: id });
    expect(second).not.toBe(first);
    expect(Date.parse(previousValidUntil) - Date.now()).toBeGreaterThan(23.9 * 3_600_000);
    await publish();
    await received(1);
    const [delivery] = subscriber.received as [Delivered];
    expect([isSigned(delivery, first), isSigned(delivery, second)]).toEqual([true, true]);

    await api.context.database
      .system('the test makes a day pass')
      .updateTable('events.endpoints')
      .set({ previous_until: sql<Date>`now()` })
      .where('id', '=', id)
      .execute();
    await publish();
    await received(2);
    const [, later] = subscriber.received as [Delivered, Delivered];
    expect([isSigned(later, first), isSigned(later, second)]).toEqual([false, true]);
  });

  test('keep no secret in the database that can be read there, and show none again', async () => {
    const { id, secret } = await subscribe();
    await client.webhook.rotateSecret({ endpointId: id });
    const { rows } = await sql<{ row: string }>`
      select row_to_json(endpoint)::text as row from events.endpoints endpoint`.execute(
      api.context.database.system('the test looks behind the API'),
    );
    const stored = rows.map(({ row }) => row).join();
    const bytes = Buffer.from(secret.slice('whsec_'.length), 'base64');
    for (const form of ['whsec_', secret.slice(6), bytes.toString('hex'), bytes.toString('base64url')])
      expect(stored).not.toContain(form);
    expect(JSON.stringify(await client.webhook.get({ endpointId: id }))).not.toMatch(/whsec_|v1\./);
  });

  test('can be changed to other events and turned off', async () => {
    const { id } = await subscribe();
    await client.webhook.update({ endpointId: id, events: ['evaluation.judged'] });
    await publish();
    expect(await deliveries(id)).toEqual([]);
    const disabled = await client.webhook.update({ endpointId: id, events: completed, enabled: false });
    expect(disabled).toMatchObject({ state: 'disabled', events: completed });
    await publish();
    expect(await deliveries(id)).toEqual([]);
  });

  test('have a log that is read page by page, newest first', async () => {
    const { id } = await subscribe();
    for (let index = 0; index < 5; index++) await publish();
    const all = await everyItem((page) =>
      client.webhook.listDeliveries({ endpointId: id, limit: 2, ...page }),
    );
    expect(all).toHaveLength(5);
    expect(all.map(({ deliveryId }) => deliveryId)).toEqual(
      all
        .map(({ deliveryId }) => deliveryId)
        .toSorted()
        .reverse(),
    );
    await received(5);
    const missing = client.webhook.listDeliveries({ endpointId: COMPLETED.runId });
    expect(await problem(missing)).toEqual({ status: 404, code: 'NOT_FOUND' });
  });
});

import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { TestApi } from '../../../../test/api.ts';
import { type MovableClock, makeJobsDue } from '../../../../test/clock.ts';
import { businessDatabases } from '../../../../test/databases.ts';
import { type NotificationsFixture, startNotifications } from '../../../../test/notifications.ts';
import { staff } from '../../../../test/staff.ts';

const HOUR_MS = 3_600_000;

describe.each(businessDatabases())('notifications in digests and dead letters on $name', ({ create }) => {
  let fixture: NotificationsFixture;
  let api: TestApi;
  let clock: MovableClock;
  beforeAll(async () => {
    fixture = await startNotifications(create);
    ({ api, clock } = fixture);
  });
  afterAll(() => fixture.stop());

  /** Publishes a digest template that cannot be read, so that jobs of digests fail. */
  async function breakDigests() {
    const tenantId = await fixture.tenantId();
    const version = {
      name: 'digest',
      version: 1,
      content: '{}',
      comment: '',
      created_by: '',
      created_by_id: '',
    };
    await api.context.database.withTenant(tenantId, async (transaction) => {
      await transaction
        .insertInto('notifications.templates')
        .values({ name: 'digest', published_version: 1 })
        .execute();
      await transaction
        .insertInto('notifications.versions')
        .values({ ...version, published_at: null, published_by: null })
        .execute();
    });
    clock.setAhead(25 * HOUR_MS);
    return {
      useUpAttempts: () =>
        sql`update jobs.job set retry_limit = 0, start_after = now()
            where name = 'notification.digest' and state < 'active'`.execute(fixture.system()),
      mend: async () => {
        await sql`delete from notifications.versions where name = 'digest'`.execute(fixture.system());
        await sql`delete from notifications.templates where name = 'digest'`.execute(fixture.system());
        clock.setAhead(0);
      },
    };
  }

  /** Copies a notification in a digest so many times. */
  async function copy(notificationId: string, times: number): Promise<void> {
    await sql`
      with copies as (
        insert into notifications.notifications
        select (jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid()))).*
        from notifications.notifications as one, generate_series(1, ${times}::int)
        where one.id = ${notificationId}
        returning id
      )
      insert into notifications.deliveries
      select (jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid(), 'notification_id', copies.id))).*
      from notifications.deliveries as one, copies
      where one.notification_id = ${notificationId} and one.state = 'batched'`.execute(fixture.system());
  }

  test('are not sent after unsubscribing, whatever was chosen before, from an open digest or to a later account', async () => {
    const dan = await staff(api, 'dan@example.com', ['builder'], 'Dan');
    const send = (to: string, title: string) =>
      api.client.notification.notify({ to, data: fixture.message(title), category: 'reports' });
    await send('dan@example.com', 'First of Dan');
    await fixture.mailTo('dan@example.com', 'First of Dan');
    const link = await fixture.linkOf('dan@example.com', 'First of Dan');
    await dan.notificationPreference.choose({ template: 'message', choice: 'digest' });
    const { notifications } = await send('dan@example.com', 'In an open digest');
    expect(notifications[0]?.channels[0]).toEqual({ channel: 'email', state: 'batched' });
    expect((await fetch(link, { method: 'POST' })).status).toBe(200);
    const after = await send('dan@example.com', 'Never');
    expect(after.notifications[0]?.channels[0]).toEqual({ channel: 'email', state: 'skipped' });
    clock.setAhead(25 * HOUR_MS);
    await expect
      .poll(
        async () => {
          await makeJobsDue(api, 'notification.digest');
          return fixture.stateOf(notifications[0]?.notificationId ?? '');
        },
        { timeout: 15_000 },
      )
      .toContainEqual(['email', 'skipped']);
    clock.setAhead(0);
    expect(fixture.mailsTo('dan@example.com')).toHaveLength(1);

    await send('later@example.com', 'Before the account');
    await fixture.mailTo('later@example.com', 'Before the account');
    await fetch(await fixture.linkOf('later@example.com', 'Before the account'), { method: 'POST' });
    await staff(api, 'later@example.com', ['builder'], 'Later');
    const later = await send('later@example.com', 'After the account');
    expect(later.notifications[0]?.channels[0]).toEqual({ channel: 'email', state: 'skipped' });
  });

  test('in a digest that cannot be sent are shown as failed, and the next ones open another digest', async () => {
    const eva = await staff(api, 'eva@example.com', ['builder'], 'Eva');
    await eva.notificationPreference.choose({ channel: 'email', choice: 'digest' });
    const lost = await fixture.send('eva@example.com', 'In the lost digest');
    const broken = await breakDigests();
    await expect
      .poll(
        async () => {
          await broken.useUpAttempts();
          return (await api.client.notification.get({ notificationId: lost })).deliveries[0];
        },
        { timeout: 30_000 },
      )
      .toMatchObject({ state: 'failed', errorCode: 'DIGEST_FAILED' });
    await broken.mend();
    const next = await fixture.send('eva@example.com', 'In the next digest');
    expect(await fixture.stateOf(next)).toContainEqual(['email', 'batched']);
    const [letter] = (await api.client.job.list({ state: 'dead', queue: 'notification.digest' })).items;
    clock.setAhead(25 * HOUR_MS);
    await vi.waitFor(() => api.client.job.retry({ jobId: letter?.id ?? '' }), 15_000);
    await makeJobsDue(api, 'notification.digest');
    const subjects = () => fixture.mailsTo('eva@example.com').map(({ subject }) => subject);
    await expect.poll(subjects, { timeout: 15_000 }).toEqual(['1 notification', '1 notification']);
    clock.setAhead(0);
    for (const id of [lost, next]) expect(await fixture.stateOf(id)).toContainEqual(['email', 'digested']);
  });

  test('in a digest come by 200 at most in one e-mail', async () => {
    const finn = await staff(api, 'finn@example.com', ['builder'], 'Finn');
    await finn.notificationPreference.choose({ channel: 'email', choice: 'digest' });
    await copy(await fixture.send('finn@example.com', 'One of many'), 200);
    clock.setAhead(25 * HOUR_MS);
    const subjects = async () => {
      await makeJobsDue(api, 'notification.digest');
      return fixture
        .mailsTo('finn@example.com')
        .map(({ subject }) => subject)
        .toSorted();
    };
    await expect.poll(subjects, { timeout: 20_000 }).toEqual(['1 notification', '200 notifications']);
    clock.setAhead(0);
  });

  test('whose job died are sent after all when its dead letter is retried', async () => {
    const id = await fixture.send('late@example.com', 'After all');
    await expect.poll(() => fixture.stateOf(id), { timeout: 15_000 }).toEqual([['email', 'sent']]);
    const { deliveries } = await api.client.notification.get({ notificationId: id });
    const deliveryId = deliveries[0]?.deliveryId ?? '';
    // As it is after a job that failed each time before its attempt began.
    await sql`update notifications.deliveries
      set state = 'failed', error_code = 'INTERNAL', attempts = 0, ended_at = now()
      where id = ${deliveryId}`.execute(fixture.system());
    const { rows } = await sql<{ id: string }>`
      update jobs.job set state = 'failed', output = '{"message": "power cut"}'
      where name = 'notification.deliver' and data->>'deliveryId' = ${deliveryId}
      returning id`.execute(fixture.system());
    await api.client.job.retry({ jobId: rows[0]?.id ?? '' });
    await expect.poll(() => fixture.stateOf(id), { timeout: 15_000 }).toEqual([['email', 'sent']]);
    expect(fixture.mailsTo('late@example.com')).toHaveLength(2);
  });
});

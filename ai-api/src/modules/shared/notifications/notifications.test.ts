import { sql } from 'kysely';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { TestApi } from '../../../../test/api.ts';
import { type MovableClock, makeJobsDue } from '../../../../test/clock.ts';
import { businessDatabases } from '../../../../test/databases.ts';
import { connect } from '../../../../test/followers.ts';
import { type NotificationsFixture, startNotifications } from '../../../../test/notifications.ts';
import { confirmPhone } from '../../../../test/phones.ts';
import { erase, exportedText } from '../../../../test/privacy.ts';
import { everyItem } from '../../../../test/runs.ts';
import { staff } from '../../../../test/staff.ts';
import { type Subscriber, startSubscriber } from '../../../../test/subscriber.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';
import type { Role } from '../../../contract/operation.ts';

const HOUR_MS = 3_600_000;
const DELIVER = 'notification.deliver';

describe.each(businessDatabases())('notifications on $name', ({ create }) => {
  let fixture: NotificationsFixture;
  let api: TestApi;
  let clock: MovableClock;
  let endpoint: Subscriber;
  let answers: number[] = [];
  beforeAll(async () => {
    endpoint = await startSubscriber(() => ({ status: answers.shift() ?? 204 }));
    fixture = await startNotifications(create);
    ({ api, clock } = fixture);
  });
  afterAll(async () => {
    await fixture.stop();
    await endpoint.close();
  });

  const message = (title: string) => fixture.message(title);
  const stateOf = (notificationId: string) => fixture.stateOf(notificationId);
  const mailTo = (to: string, subject: string) => fixture.mailTo(to, subject);
  const headersOf = (to: string, subject: string) => fixture.headersOf(to, subject);

  /** A company of its own, without users. */
  async function otherCompany(): Promise<Client> {
    const { identity } = api.context;
    const apiKey = `aim_stranger_${'0123456789abcdef'.repeat(3)}`;
    await identity.ensureKey(
      await identity.ensureTenant('elsewhere'),
      'elsewhere',
      apiKey,
      ['admin'],
      ['*', 'decide'],
    );
    return createClient(resources, { baseUrl: api.url, apiKey });
  }

  const add = (role: Role, company: Client) =>
    company.user.create({
      ...{ email: `${role}@elsewhere.example`, name: `The ${role}`, roles: [role] },
      password: 'a password that is long',
    });

  test('reach an address and a person by the channels of the template, and are listed with their deliveries', async () => {
    const ada = await staff(api, 'ada@example.com', ['executive'], 'Ada');
    const { notifications } = await api.client.notification.notify({
      to: 'ada@example.com, outside@example.com',
      data: message('Reaching'),
    });
    expect(notifications.map(({ channels }) => channels)).toEqual([
      [
        { channel: 'email', state: 'pending' },
        { channel: 'inbox', state: 'delivered' },
      ],
      [{ channel: 'email', state: 'pending' }],
    ]);
    const mail = await mailTo('ada@example.com', 'Reaching');
    expect(mail.text).toContain('Some words.');
    expect(mail.html).toContain('Some words.');
    await mailTo('outside@example.com', 'Reaching');
    const { items } = await ada.inbox.list({});
    expect(items[0]).toMatchObject({ title: 'Reaching', summary: 'Some words.', seenAt: null });
    const id = notifications[0]?.notificationId ?? '';
    await expect
      .poll(() => stateOf(id))
      .toEqual([
        ['email', 'sent'],
        ['inbox', 'delivered'],
      ]);
    expect(await api.client.notification.list({ recipient: 'email:outside@example.com' })).toMatchObject({
      items: [{ title: 'Reaching', template: 'message', deliveries: [{ channel: 'email' }] }],
    });
  });

  test('to executives reach the administrators where there are none, and are refused where they reach no person', async () => {
    const other = await otherCompany();
    const notify = (to: string) =>
      other.notification.notify({ to, page: 'performance', data: message('Teams') });
    await expect(notify('executives')).rejects.toMatchObject({
      document: {
        code: 'INVALID_INPUT',
        errors: [{ field: 'to', message: expect.stringContaining('means no active user') }],
      },
    });
    const reached = async () => (await notify('executives')).notifications.map(({ recipient }) => recipient);
    const { userId: admin } = await add('admin', other);
    expect(await reached()).toEqual([`user:${admin}`]);
    await expect(notify('role:executive')).rejects.toMatchObject({ document: { code: 'INVALID_INPUT' } });
    const { userId: executive } = await add('executive', other);
    expect(await reached()).toEqual([`user:${executive}`]);
    const mail = await mailTo('executive@elsewhere.example', 'Teams');
    expect(mail.text).toContain('https://tooljet.example.com/applications/ai-manager-executive/performance');
  });

  test('are refused for unknown recipients and templates, with what is wrong', async () => {
    const notify = (to: string, template = 'message', data: object = message('Never')) =>
      api.client.notification.notify({ to, template, data: { ...data } });
    await expect(notify('somebody')).rejects.toMatchObject({ document: { code: 'INVALID_INPUT' } });
    await expect(notify('role:boss')).rejects.toMatchObject({ document: { code: 'INVALID_INPUT' } });
    for (const unknown of ['nothing', 'constructor'])
      await expect(notify('a@example.com', unknown)).rejects.toMatchObject({
        document: { code: 'NOT_FOUND' },
      });
    await expect(notify('a@example.com', 'message', {})).rejects.toMatchObject({
      document: { code: 'TEMPLATE_INVALID', detail: expect.stringContaining('title') },
    });
  });

  test('with a dedupe key are sent once, and again when their content changed', async () => {
    const send = (title: string) =>
      api.client.notification.notify({ to: 'once@example.com', data: message(title), dedupeKey: 'key' });
    const first = await send('Once');
    const second = await send('Once');
    expect(second.notifications[0]).toMatchObject({
      notificationId: first.notifications[0]?.notificationId,
      repeated: true,
    });
    await send('Changed');
    await mailTo('once@example.com', 'Changed');
    await mailTo('once@example.com', 'Once');
    expect(fixture.mailsTo('once@example.com')).toHaveLength(2);
  });

  test('are unsubscribed from by one POST without signing in; GET only asks', async () => {
    const send = (title: string) =>
      api.client.notification.notify({ to: 'reader@example.com', data: message(title), category: 'reports' });
    await send('With a link');
    await mailTo('reader@example.com', 'With a link');
    const headers = await headersOf('reader@example.com', 'With a link');
    expect(headers).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
    const here = await fixture.linkOf('reader@example.com', 'With a link');
    expect(await (await fetch(here)).text()).toContain('reader@example.com');
    const post = (target: string) =>
      fetch(target, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) });
    expect(
      (
        await post(
          here.replace(
            /(.)(.{9})$/,
            (_all, one: string, rest: string) => `${one === 'A' ? 'B' : 'A'}${rest}`,
          ),
        )
      ).status,
    ).toBe(404);
    const before = await send('Still wanted');
    expect(before.notifications[0]?.channels).toEqual([{ channel: 'email', state: 'pending' }]);
    expect((await post(here)).status).toBe(200);
    const after = await send('No longer');
    expect(after.notifications[0]?.channels).toEqual([{ channel: 'email', state: 'skipped' }]);
    const critical = await api.client.notification.notify({
      to: 'reader@example.com',
      data: message('Critical'),
      category: 'reports',
      critical: true,
    });
    expect(critical.notifications[0]?.channels).toEqual([{ channel: 'email', state: 'pending' }]);
    await mailTo('reader@example.com', 'Critical');
    expect((await headersOf('reader@example.com', 'Critical')).join()).not.toContain('List-Unsubscribe');
    expect(await (await fetch(here)).text()).toContain('You are unsubscribed');
  });

  describe('of one person', () => {
    let ben: Client;
    beforeAll(async () => {
      ben = await staff(api, 'ben@example.com', ['builder'], 'Ben');
    });
    const send = (title: string, more: object = {}) =>
      api.client.notification.notify({ to: 'ben@example.com', data: message(title), ...more });

    test('wait for the end of quiet hours, and are sent then; the inbox and what is critical do not wait', async () => {
      const hour = clock.now().getUTCHours();
      const at = (hours: number) => `${String((hour + hours + 24) % 24).padStart(2, '0')}:00`;
      await ben.notificationPreference.setProfile({ zone: 'UTC', quietFrom: at(-1), quietTo: at(3) });
      const { notifications } = await send('At night');
      expect(notifications[0]?.channels).toEqual([
        { channel: 'email', state: 'deferred' },
        { channel: 'inbox', state: 'delivered' },
      ]);
      await send('Urgent at night', { critical: true });
      await mailTo('ben@example.com', 'Urgent at night');
      await makeJobsDue(api, DELIVER);
      await expect
        .poll(() => stateOf(notifications[0]?.notificationId ?? ''))
        .toEqual([
          ['email', 'deferred'],
          ['inbox', 'delivered'],
        ]);
      clock.setAhead(4 * HOUR_MS);
      await vi.waitFor(async () => {
        await makeJobsDue(api, DELIVER);
        expect(fixture.mailbox.messages({ to: 'ben@example.com', subject: 'At night' }).length).toBe(2);
      }, 15_000);
      clock.setAhead(0);
      await ben.notificationPreference.setProfile({ quietFrom: '', quietTo: '' });
    });

    test('are put into one digest a day where that was chosen, which later ones join', async () => {
      await ben.notificationPreference.choose({ category: 'reports', choice: 'digest' });
      const first = await send('First of the day', { category: 'reports' });
      expect(first.notifications[0]?.channels[0]).toEqual({ channel: 'email', state: 'batched' });
      await send('Second of the day', { category: 'reports' });
      clock.setAhead(25 * HOUR_MS);
      await makeJobsDue(api, 'notification.digest');
      const digest = await mailTo('ben@example.com', '2 notifications');
      expect(digest.text.indexOf('First of the day')).toBeLessThan(digest.text.indexOf('Second of the day'));
      expect(await stateOf(first.notifications[0]?.notificationId ?? '')).toContainEqual([
        'email',
        'digested',
      ]);
      clock.setAhead(0);
      const next = await send('Of the next day', { category: 'reports' });
      expect(next.notifications[0]?.channels[0]).toEqual({ channel: 'email', state: 'batched' });
      await ben.notificationPreference.choose({ category: 'reports', choice: 'default' });
    });

    test('are counted live, read and archived in the inbox, by the person alone', async () => {
      const { userId, unread } = await ben.inbox.count({});
      const { ticket } = await ben.realtime.createTicket({});
      const connection = await connect(api.url, { ticket }, undefined, {}, `/ws/inbox/${userId}`);
      await connection.next('ready').catch(() => undefined);
      const { notifications } = await send('Counted');
      const notificationId = notifications[0]?.notificationId ?? '';
      await vi.waitFor(() =>
        expect(connection.events().map(({ event, data }) => [event, data])).toContainEqual([
          'inbox.changed',
          { userId, unread: unread + 1 },
        ]),
      );
      await connection.close();
      expect((await ben.inbox.read({ notificationId })).unread).toBe(unread);
      expect((await ben.inbox.read({ notificationId, unread: true })).unread).toBe(unread + 1);
      await ben.inbox.read({ notificationId });
      const readAt = async () =>
        (await ben.inbox.list({ archived: true })).items.find(
          (item) => item.notificationId === notificationId,
        )?.readAt;
      await ben.inbox.archive({ notificationId });
      const before = await readAt();
      await ben.inbox.read({ notificationId });
      await ben.inbox.archive({ restore: true });
      await ben.inbox.read({});
      await ben.inbox.archive({});
      expect(await readAt()).toBe(before);
      expect(before).toEqual(expect.any(String));
      const titles = async (archived: boolean) =>
        (await ben.inbox.list({ archived })).items.map(({ title }) => title);
      expect(await titles(false)).not.toContain('Counted');
      expect(await titles(true)).toContain('Counted');
      const other = await staff(api, 'other@example.com', ['builder'], 'Other');
      expect((await other.inbox.list({})).items).toEqual([]);
      await expect(other.inbox.read({ notificationId })).rejects.toMatchObject({
        document: { code: 'NOT_FOUND' },
      });
      await expect(api.client.inbox.list({})).rejects.toMatchObject({ document: { code: 'PERSON_NEEDED' } });
      const stranger = await other.realtime.createTicket({});
      await expect(
        connect(api.url, { ticket: stranger.ticket }, undefined, {}, `/ws/inbox/${userId}`),
      ).rejects.toMatchObject({ status: 404 });
    });

    test('are POSTed to a webhook of theirs, which the library of Standard Webhooks verifies, and repeated under one id', async () => {
      answers = [503, 204];
      const { webhookSecret, webhookUrl } = await ben.notificationPreference.setProfile({
        webhookUrl: endpoint.url,
      });
      expect(webhookUrl).toBe(endpoint.url);
      const { notifications } = await send('By webhook', { channels: ['webhook'] });
      await expect
        .poll(
          async () => {
            await makeJobsDue(api, DELIVER);
            return stateOf(notifications[0]?.notificationId ?? '');
          },
          { timeout: 15_000 },
        )
        .toEqual([['webhook', 'delivered']]);
      const received = endpoint.deliveries.map(({ headers, body }) => {
        const verified = new Webhook(webhookSecret ?? '').verify(body, headers as Record<string, string>);
        return [headers['webhook-id'], verified];
      });
      expect(received).toHaveLength(2);
      expect(new Set(received.map(([id]) => id)).size).toBe(1);
      expect(received[0]?.[1]).toMatchObject({
        type: 'notification',
        data: { title: 'By webhook', template: 'message', category: 'general' },
      });
      const { deliveries } = await api.client.notification.get({
        notificationId: notifications[0]?.notificationId ?? '',
      });
      expect(deliveries[0]?.attemptLog.map(({ outcome, code }) => [outcome, code])).toEqual([
        ['failed', 'HTTP_503'],
        ['sent', null],
      ]);
      await expect(
        ben.notificationPreference.setProfile({ webhookUrl: 'http://169.254.169.254/' }),
      ).rejects.toMatchObject({ document: { code: 'WEBHOOK_URL_REFUSED' } });
    });

    test('are in the report about them, and gone after an erasure', async () => {
      const { userId } = await ben.inbox.count({});
      const subject = `user:${userId}`;
      const phone = '+4740000099';
      await confirmPhone(ben, fixture.twilio, phone);
      await api.client.notification.notify({ to: phone, data: message('To the number alone') });
      await api.client.suppression.add({ channel: 'sms', address: phone, detail: 'Asked for it' });
      const content = await exportedText(api, subject);
      for (const held of ['By webhook', phone, 'To the number alone', 'Asked for it'])
        expect(content).toContain(held);
      const { steps } = await erase(api, subject);
      expect(steps.find(({ step }) => step === 'erase notifications')?.counts.records).toBeGreaterThan(0);
      for (const recipient of [subject, `phone:${phone}`])
        expect((await api.client.notification.list({ recipient })).items).toEqual([]);
      const profiles = fixture
        .system()
        .selectFrom('notifications.profiles')
        .selectAll()
        .where('phone', '=', phone);
      expect(await profiles.execute()).toEqual([]);
      expect((await api.client.suppression.list({ search: phone })).items).toHaveLength(1);
      expect(await suppressedText()).not.toContain(phone);
      const again = await api.client.notification.notify({ to: phone, data: message('After the erasure') });
      await expect
        .poll(() => stateOf(again.notifications[0]?.notificationId ?? ''))
        .toEqual([['sms', 'suppressed']]);
      await api.client.suppression.add({ channel: 'sms', address: phone });
      expect((await api.client.suppression.list({ search: phone })).items).toHaveLength(1);
      expect(await api.client.suppression.remove({ channel: 'sms', address: phone })).toEqual({
        removed: true,
      });
    });
  });

  /** Everything about suppressed and unsubscribed addresses, as text. */
  async function suppressedText(): Promise<string> {
    const { rows } = await sql`
      select s::text from notifications.suppressions as s
      union all select p::text from notifications.preferences as p`.execute(fixture.system());
    return JSON.stringify(rows);
  }

  test('go to no address that was suppressed or unsubscribed before its owner was erased', async () => {
    const address = 'Left@example.com';
    await api.client.suppression.add({ channel: 'email', address, detail: 'Complained' });
    await erase(api, `email:${address}`);
    const send = async (to: string, title: string) =>
      (await api.client.notification.notify({ to, data: message(title), category: 'reports' }))
        .notifications[0];
    const suppressed = await send(address, 'After the erasure');
    await expect.poll(() => stateOf(suppressed?.notificationId ?? '')).toEqual([['email', 'suppressed']]);
    const unsubscribed = 'unsubscribed@example.com';
    await send(unsubscribed, 'Before the erasure');
    await mailTo(unsubscribed, 'Before the erasure');
    const link = await fixture.linkOf(unsubscribed, 'Before the erasure');
    const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
    expect((await fetch(link, { method: 'POST', body })).status).toBe(200);
    await erase(api, `email:${unsubscribed}`);
    expect((await send(unsubscribed, 'No longer'))?.channels).toEqual([
      { channel: 'email', state: 'skipped' },
    ]);
    const text = (await suppressedText()).toLowerCase();
    for (const gone of ['left@example.com', 'complained', unsubscribed]) expect(text).not.toContain(gone);
    expect((await api.client.suppression.list({ search: address })).items).toMatchObject([
      { reason: 'added', address: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
    ]);
    expect(await exportedText(api, `email:${address}`)).toContain('"suppressions"');
  });

  test("a company's template is previewed, published, tested and taken back; a mistake is refused with its reason", async () => {
    const cleo = await staff(api, 'cleo@example.com', ['executive'], 'Cleo');
    const edit = (subject: string, expectedVersion = 0) =>
      cleo.notificationTemplate.edit({ name: 'message', subject, expectedVersion, comment: 'For the test' });
    await expect(edit('{% for i in (1..1000000000) %}x{% endfor %}')).rejects.toMatchObject({
      document: { code: 'TEMPLATE_INVALID', detail: expect.stringContaining('memory') },
    });
    const { version } = await edit('Sample company: {{ title }}');
    await expect(edit('From what was seen before: {{ title }}')).rejects.toMatchObject({
      document: { code: 'CONFLICT' },
    });
    const listed = await everyItem((page) => cleo.notificationTemplate.list({ limit: 2, ...page }));
    expect(listed.map(({ name }) => name)).toEqual(listed.map(({ name }) => name).toSorted());
    expect(listed.find(({ name }) => name === 'message')).toMatchObject({
      newestVersion: 1,
      publishedVersion: null,
      isDefault: true,
    });
    expect(listed).toHaveLength(12);
    expect(await cleo.notificationTemplate.preview({ name: 'message', version })).toMatchObject({
      subject: 'Sample company: The office is closed on Friday',
    });
    await cleo.notificationTemplate.test({ name: 'message', version });
    await mailTo('cleo@example.com', 'Sample company: The office is closed on Friday');
    const send = (title: string) =>
      api.client.notification.notify({ to: 'template@example.com', data: message(title) });
    await send('Before');
    await cleo.notificationTemplate.publish({ name: 'message', version });
    await send('After');
    await cleo.notificationTemplate.publish({ name: 'message', version: 0 });
    await send('Again');
    await mailTo('template@example.com', 'Again');
    await vi.waitFor(() =>
      expect(
        fixture
          .mailsTo('template@example.com')
          .map(({ subject }) => subject)
          .toSorted(),
      ).toEqual(['Again', 'Before', 'Sample company: After']),
    );
  });

  test('mails that their caller sends are in the language of their recipient, or else of the company', async () => {
    const nora = await staff(api, 'nora@example.com', ['executive'], 'Nora');
    await nora.notificationPreference.setProfile({ locale: 'nb' });
    const name = 'approvals-digest';
    const change = { name, locale: 'nb', subject: 'Venter', expectedVersion: 0, comment: 'In Norwegian' };
    const { version } = await nora.notificationTemplate.edit(change);
    await nora.notificationTemplate.publish({ name, version });
    const tenantId = await api.context.identity.ensureTenant(api.context.config.TENANT);
    const mails = ['Nora@example.com', 'outside@example.com'].map((email) => ({
      data: { items: [] },
      recipient: { name: '', email },
    }));
    const subjects = async () =>
      (
        await api.context.database.withTenant(tenantId, (transaction) =>
          api.context.notifications.renderAll(transaction, name, mails),
        )
      ).map(({ subject }) => subject);
    expect(await subjects()).toEqual(['Venter', '0 decisions waiting for you']);
    await nora.notificationPreference.setSettings({ locale: 'nb' });
    expect(await subjects()).toEqual(['Venter', 'Venter']);
    await nora.notificationPreference.setSettings({ locale: 'en' });
  });

  test('are removed after the time for which the company keeps them', async () => {
    await expect(api.client.notificationPreference.setSettings({ retentionDays: 59 })).rejects.toMatchObject({
      document: { code: 'INVALID_INPUT' },
    });
    await api.client.notificationPreference.setSettings({ retentionDays: 60 });
    const before = (await api.client.notification.list({ limit: 500 })).items.length;
    expect(before).toBeGreaterThan(0);
    await sql`update notifications.notifications set created_at = created_at - interval '64 days'`.execute(
      api.context.database.system('the test makes time pass'),
    );
    await api.client.retention.dryRun({ kind: 'notifications' });
    const { clock, privacy } = api.context;
    const { now } = clock;
    clock.now = () => new Date(now().getTime() + 25 * 3_600_000);
    expect(await privacy.retention.run()).toBeGreaterThanOrEqual(before);
    expect((await api.client.notification.list({ limit: 500 })).items).toEqual([]);
    clock.now = now;
  });
});

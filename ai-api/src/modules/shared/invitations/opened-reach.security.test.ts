import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { FOUNDERS_PASSWORD, openCompany, signInTo } from '../../../../test/opened-companies.ts';
import { refusal } from '../../../../test/people.ts';
import { smallCompany } from '../../../../test/runs.ts';
import { startTwilioRecorder, type TwilioRecorder } from '../../../../test/twilio-recorder.ts';
import type { Client } from '../../../catalogue/client.ts';
import { createLog } from '../../../platform/log.ts';
import { type DevInbox, startDevInbox } from '../../../platform/mail/dev-inbox.ts';

const PASSWORD = 'a password of the tests';
const TEXT = { template: 'message', data: { title: 'Win a car', body: 'Click here.' } } as const;

describe.each(businessDatabases())(
  'whom a company reaches that a stranger opened, on $name',
  ({ create }) => {
    let testDatabase: TestDatabase;
    let api: TestApi;
    let inbox: DevInbox;
    let twilio: TwilioRecorder;
    let mallory: Client;
    let time = Date.now();

    beforeAll(async () => {
      testDatabase = await create();
      inbox = await startDevInbox({ smtpPort: 0, httpPort: 0, log: createLog('silent') });
      twilio = await startTwilioRecorder();
      api = await startApi(
        testDatabase,
        {
          ...twilio.env,
          SMTP_URL: inbox.smtpUrl,
          SIGN_UP: 'on',
          SIGN_UP_TIER: 'enterprise',
          MODEL_DAILY_BUDGET: '2',
        },
        { clock: { now: () => new Date(time) } },
      );
      mallory = await openCompany(api, inbox, {
        email: 'mallory@nowhere.example',
        company: 'Mallory & sons',
      });
    });
    afterAll(async () => {
      await api?.stop();
      await Promise.all([inbox?.close(), twilio?.close()]);
      await testDatabase?.remove();
    });

    const mails = (to: string) => inbox.messages({ to });
    /** What became of a notification's deliveries once none is on its way. */
    async function outcome(client: Client, notificationId: string) {
      const deliveries = async () => (await client.notification.get({ notificationId })).deliveries;
      await expect
        .poll(async () => (await deliveries()).every(({ endedAt, sentAt }) => endedAt ?? sentAt), {
          timeout: 30_000,
        })
        .toBe(true);
      return (await deliveries()).map(({ channel, state, errorCode }) => ({ channel, state, errorCode }));
    }

    test('addresses and numbers of others are refused, and so are builders who are no users', async () => {
      await mallory.people.import({ ...smallCompany(1), dryRun: false });
      const builderId = (await mallory.builder.list({})).items[0]?.builderId ?? '';
      for (const to of [
        'victim@victims.example',
        '+4740000000',
        `builder:${builderId}`,
        ['role:admin', 'x@victims.example'],
      ])
        expect(await refusal(mallory.notification.notify({ to, ...TEXT })), String(to)).toMatchObject({
          code: 'INVALID_INPUT',
        });
      expect((await mallory.notification.list({})).items).toEqual([]);
    });

    test('a user whom the administrator added gets nothing, also when it is sent again, until they confirm', async () => {
      const email = 'added@victims.example';
      const { userId } = await mallory.user.create({
        email,
        name: 'Added',
        roles: ['ops'],
        password: PASSWORD,
      });
      const { notifications } = await mallory.notification.notify({ to: email, ...TEXT, critical: true });
      const { notificationId = '' } = notifications[0] ?? {};
      const skipped = { channel: 'email', state: 'skipped', errorCode: 'NOT_CONFIRMED' };
      expect(await outcome(mallory, notificationId)).toContainEqual(skipped);
      const { deliveries } = await mallory.notification.get({ notificationId });
      const deliveryId = deliveries.find(({ channel }) => channel === 'email')?.deliveryId ?? '';
      await mallory.notification.resend({ deliveryId });
      expect(await outcome(mallory, notificationId)).toContainEqual(skipped);
      expect(mails(email)).toEqual([]);

      await mallory.invitation.resend({ userId });
      await expect.poll(() => mails(email).length, { timeout: 30_000 }).toBe(1);
      const mail = (await (await fetch(`${inbox.url}/api/messages/${mails(email)[0]?.id}`)).json()) as {
        text: string;
      };
      const token = /token=([\w.-]+)/.exec(mail.text)?.[1] ?? '';
      const password = 'a password of the person';
      await mallory.auth.acceptInvitation({ token, password, use: 'tokens' });
      await mallory.notification.resend({ deliveryId });
      await expect.poll(() => mails(email).length, { timeout: 30_000 }).toBe(2);
    });

    test('the founder is reached by e-mail, and no one by text message, whatever number they enter', async () => {
      await mallory.notificationPreference.setProfile({ phone: '+4799999999' });
      await expect(mallory.notificationPreference.sendPhoneCode({})).rejects.toMatchObject({
        code: 'PHONE_REFUSED',
        message: expect.stringContaining('sends no text messages'),
      });
      const { user } = await mallory.identity.whoami({});
      const { notifications } = await mallory.notification.notify({
        to: `user:${user?.userId}`,
        ...TEXT,
        critical: true,
        channels: ['email', 'sms'],
      });
      expect(await outcome(mallory, notifications[0]?.notificationId ?? '')).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ channel: 'email', errorCode: null }),
          { channel: 'sms', state: 'skipped', errorCode: 'PHONE_NOT_VERIFIED' },
        ]),
      );
      expect(twilio.requests()).toBe(0);
    });

    test('a decision is asked of no address that is not confirmed', async () => {
      const { decisionId } = await mallory.decision.create({
        title: 'Win a car',
        message: 'Click here.',
        approvers: 'boss@victims.example',
      });
      const approver = async () => (await mallory.decision.get({ decisionId })).approvers[0];
      await expect
        .poll(async () => JSON.stringify(await approver()), { timeout: 30_000 })
        .toContain('confirmed their e-mail address');
      expect(mails('boss@victims.example')).toEqual([]);
    });

    test('an invitation is the default one, and there are 25 in 24 hours', async () => {
      const texts = { subject: 'Win a car', text: 'Click here: https://evil.example', mjml: '' };
      const { version } = await mallory.notificationTemplate.save({
        name: 'invitation',
        content: { title: 'Invitation', critical: true, channels: ['email'], locales: { en: texts } },
        expectedVersion: 0,
        comment: 'An attack.',
      });
      await mallory.notificationTemplate.publish({ name: 'invitation', version });
      const invite = (n: number) =>
        mallory.invitation.send({ email: `n${n}@victims.example`, name: 'N', roles: ['readonly'] });
      // One was sent above.
      for (let n = 0; n < 24; n++) await invite(n);
      expect(await refusal(invite(25))).toMatchObject({ code: 'RATE_LIMITED' });
      await expect.poll(() => mails('n0@victims.example').length, { timeout: 30_000 }).toBe(1);
      expect(mails('n0@victims.example')[0]).toMatchObject({
        subject: 'Mallory & sons invites you to AI Manager',
      });
      time += 24 * 3_600_000;
      mallory = await signInTo(api, { email: 'mallory@nowhere.example', password: FOUNDERS_PASSWORD });
      await mallory.invitation.send({ email: 'next@victims.example', name: 'N', roles: ['readonly'] });
    });

    test('the budget for models is only lowered', async () => {
      const { dailyMicros } = await mallory.usage.getBudget({});
      expect(dailyMicros).toBe(2_000_000);
      expect(await refusal(mallory.usage.setBudget({ dailyMicros: 2_000_001 }))).toMatchObject({
        code: 'FORBIDDEN',
      });
      expect(await mallory.usage.setBudget({ dailyMicros: 1_000_000 })).toMatchObject({
        dailyMicros: 1_000_000,
      });
      expect(await mallory.usage.setBudget({ dailyMicros: 2_000_000 })).toMatchObject({
        dailyMicros: 2_000_000,
      });
      expect(await mallory.usage.setBudget({ dailyMicros: null })).toMatchObject({ dailyMicros: 2_000_000 });
    });

    test('the company of the installation is not limited so', async () => {
      expect(await api.client.usage.setBudget({ dailyMicros: 9_000_000 })).toMatchObject({
        dailyMicros: 9_000_000,
      });
      const to = 'partner@partners.example';
      await api.client.notification.notify({ to, ...TEXT, critical: true });
      await expect.poll(() => mails(to).length, { timeout: 30_000 }).toBe(1);
      await api.client.notification.notify({ to: '+4740000000', ...TEXT, critical: true });
      await expect.poll(() => twilio.taken.length, { timeout: 30_000 }).toBe(1);
    });
  },
);

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../../../../test/api.ts';
import { makeJobsDue } from '../../../../test/clock.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type SnsRecorder, startSnsRecorder } from '../../../../test/sns-recorder.ts';
import { startTwilioRecorder, type TwilioRecorder } from '../../../../test/twilio-recorder.ts';
import { ANONYMOUS_PER_MINUTE } from '../../../contract/tiers.ts';
import { createLog } from '../../../platform/log.ts';
import { type DevInbox, startDevInbox } from '../../../platform/mail/dev-inbox.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:ses';
const POLL = { timeout: 15_000, interval: 100 };

describe.each(businessDatabases())('providers of messages on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let api: TestApi;
  let mailbox: DevInbox;
  let sns: SnsRecorder;
  let twilio: TwilioRecorder;
  beforeAll(async () => {
    testDatabase = await create();
    mailbox = await startDevInbox({ smtpPort: 0, httpPort: 0, log: createLog('silent') });
    sns = await startSnsRecorder();
    twilio = await startTwilioRecorder();
    api = await startApi(testDatabase, environment());
  });
  afterAll(async () => {
    await api.stop();
    for (const service of [mailbox, sns, twilio]) await service.close();
    await testDatabase.remove();
  });

  const environment = () => ({
    SMTP_URL: mailbox.smtpUrl,
    NOTIFICATION_RETRY_SECONDS: '1',
    SES_TOPIC_ARNS: TOPIC,
    SNS_ENDPOINT: sns.url,
    PUBLIC_URL: 'https://ai.example.com',
    ...twilio.env,
  });

  async function send(to: string, title = 'Hello', channels?: ('email' | 'sms')[]) {
    const { notifications } = await api.client.notification.notify({
      to,
      data: { title, body: 'Words' },
      ...(channels ? { channels } : {}),
    });
    return notifications[0]?.notificationId ?? '';
  }
  const deliveryOf = async (notificationId: string) =>
    (await api.client.notification.get({ notificationId })).deliveries[0];
  const reaches = (notificationId: string, state: string) =>
    expect
      .poll(async () => {
        await makeJobsDue(api, 'notification.deliver');
        return (await deliveryOf(notificationId))?.state;
      }, POLL)
      .toBe(state);
  const suppressed = async () =>
    (await api.client.suppression.list({})).items.map(({ address, reason }) => [address, reason]);

  describe('SES by SNS', () => {
    const post = (body: string) => fetch(`${api.url}/callbacks/ses`, { method: 'POST', body });
    const report = async (notificationId: string, more: object) => ({
      ...more,
      mail: {
        messageId: '0100018f-aaaa',
        headers: [
          { name: 'x-ai-manager-delivery', value: (await deliveryOf(notificationId))?.deliveryId ?? '' },
        ],
      },
    });
    const bounce = (bounceType: string, diagnosticCode?: string) => ({
      notificationType: 'Bounce',
      bounce: {
        bounceType,
        bounceSubType: 'General',
        bouncedRecipients: [{ emailAddress: 'x', ...(diagnosticCode ? { diagnosticCode } : {}) }],
      },
    });

    test('confirms the subscription of our topic, and of no other', async () => {
      expect((await post(sns.confirmation(TOPIC))).status).toBe(204);
      expect(sns.asked.some((path) => path.includes('ConfirmSubscription'))).toBe(true);
      const asked = sns.asked.length;
      expect((await post(sns.confirmation(`${TOPIC}-of-others`))).status).toBe(403);
      expect(sns.asked).toHaveLength(asked);
    });

    test('a permanent bounce suppresses the address, a transient one does not; nothing is sent to it again', async () => {
      const soft = await send('full@example.com');
      await reaches(soft, 'sent');
      await post(sns.notification(TOPIC, await report(soft, bounce('Transient', '452 4.2.2 mailbox full'))));
      expect(await deliveryOf(soft)).toMatchObject({
        state: 'failed',
        errorCode: 'BOUNCE_TRANSIENT_GENERAL',
        error: '452 4.2.2 mailbox full',
      });
      await api.client.notification.resend({ deliveryId: (await deliveryOf(soft))?.deliveryId ?? '' });
      await reaches(soft, 'sent');
      const hard = await send('Gone@example.com');
      await reaches(hard, 'sent');
      const body = sns.notification(TOPIC, await report(hard, bounce('Permanent', '550 5.1.1 unknown user')));
      expect([(await post(body)).status, (await post(body)).status]).toEqual([204, 204]);
      expect(await deliveryOf(hard)).toMatchObject({
        state: 'failed',
        errorCode: 'BOUNCE_PERMANENT_GENERAL',
        error: '550 5.1.1 unknown user',
      });
      expect(await suppressed()).toEqual([['gone@example.com', 'bounce']]);
      const again = await send('gone@example.com', 'Again');
      await reaches(again, 'suppressed');
      expect(mailbox.messages({ to: 'gone@example.com' }).length).toBe(1);
      await api.client.suppression.remove({ channel: 'email', address: 'GONE@example.com' });
      await api.client.notification.resend({ deliveryId: (await deliveryOf(again))?.deliveryId ?? '' });
      await reaches(again, 'sent');
    });

    test('an automatic answer, which is reported as a bounce too, does not fail a mail', async () => {
      const away = await send('away@example.com');
      await reaches(away, 'sent');
      await post(sns.notification(TOPIC, await report(away, bounce('Transient'))));
      expect(await deliveryOf(away)).toMatchObject({ state: 'sent', errorCode: 'BOUNCE_TRANSIENT_GENERAL' });
    });

    test('a complaint by an event of a configuration set suppresses, and a delivery is noted', async () => {
      const annoyed = await send('annoyed@example.com');
      await reaches(annoyed, 'sent');
      await post(sns.notification(TOPIC, await report(annoyed, { eventType: 'Delivery' })));
      await reaches(annoyed, 'delivered');
      await post(
        sns.notification(
          TOPIC,
          await report(annoyed, { eventType: 'Complaint', complaint: { complaintFeedbackType: 'abuse' } }),
        ),
      );
      expect(await suppressed()).toEqual([['annoyed@example.com', 'complaint']]);
    });

    test.each([
      ['a changed message', { Message: '{"notificationType":"Bounce"}' }],
      [
        'a certificate of another host',
        { SigningCertURL: 'https://sns.evil.example/SimpleNotificationService-1.pem' },
      ],
      [
        'a host that only looks like it',
        {
          SigningCertURL: 'https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-1.pem',
        },
      ],
      [
        'a certificate by plain HTTP',
        { SigningCertURL: 'http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem' },
      ],
      ['another file of the host', { SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/other.pem' }],
      ['no known version of the signature', { SignatureVersion: '3' }],
    ])('refuses %s', async (_what, changes) => {
      expect((await post(sns.notification(TOPIC, {}, changes))).status).toBe(403);
    });

    test('refuses what is no message, and ignores reports about mails of others', async () => {
      expect((await post('{')).status).toBe(403);
      const other = { notificationType: 'Bounce', mail: { messageId: '0100018f-bbbb' } };
      expect((await post(sns.notification(TOPIC, other))).status).toBe(204);
    });
  });

  describe('Twilio', () => {
    const status = async (notificationId: string, form: Record<string, string>, attempt?: string) => {
      const { deliveryId = '', attempts = 0 } = (await deliveryOf(notificationId)) ?? {};
      const path = `/callbacks/twilio/status?delivery=${deliveryId}&attempt=${attempt ?? `1.${attempts}`}`;
      return fetch(`${api.url}${path}`, twilio.sign(`https://ai.example.com${path}`, form));
    };
    const answer = (From: string, Body: string, algorithm?: 'sha256') =>
      fetch(
        `${api.url}/callbacks/twilio/inbound`,
        twilio.sign('https://ai.example.com/callbacks/twilio/inbound', { From, Body }, algorithm),
      );
    const textsTo = (number: string) => twilio.taken.filter(({ To }) => To === number);

    test('sends a text, and takes the report that it arrived; a report with a wrong signature changes nothing', async () => {
      const id = await send('+4740000001');
      await reaches(id, 'sent');
      expect(textsTo('+4740000001')).toMatchObject([{ Body: 'Hello: Words' }]);
      const { deliveryId } = (await deliveryOf(id)) ?? {};
      const path = `/callbacks/twilio/status?delivery=${deliveryId}&attempt=1.1`;
      const forged = twilio.sign(`https://other.example.com${path}`, { MessageStatus: 'failed' });
      expect((await fetch(`${api.url}${path}`, forged)).status).toBe(403);
      expect((await deliveryOf(id))?.state).toBe('sent');
      expect((await status(id, { MessageSid: 'SM1', MessageStatus: 'delivered' })).status).toBe(200);
      expect((await deliveryOf(id))?.state).toBe('delivered');
      await status(id, { MessageStatus: 'failed', ErrorCode: '30005' });
      expect((await deliveryOf(id))?.state).toBe('delivered');
    });

    test.each([
      [21211, 'failed', 1],
      [30007, 'failed', 1],
      [20429, 'sent', 2],
      [30003, 'sent', 2],
    ])('maps error %i: the delivery is %s after %i request(s)', async (code, state, requests) => {
      const before = twilio.requests();
      twilio.replies.push({ code, status: code === 20429 ? 429 : 400 });
      const id = await send(`+47400${code}`);
      await reaches(id, state);
      expect(twilio.requests() - before).toBe(requests);
      const { attemptLog } = (await deliveryOf(id)) ?? {};
      expect(attemptLog?.[0]?.code).toBe(`TWILIO_${code}`);
    });

    test('a lost answer is unknown and never sent twice; a later report says what became of it', async () => {
      twilio.replies.push('break after taking');
      const lost = await send('+4740000002');
      await reaches(lost, 'unknown');
      twilio.replies.push({ status: 502 });
      const vague = await send('+4740000003');
      await reaches(vague, 'unknown');
      expect(textsTo('+4740000002')).toHaveLength(1);
      await status(lost, { MessageSid: 'SM2', MessageStatus: 'delivered' });
      expect((await deliveryOf(lost))?.state).toBe('delivered');
      expect((await api.client.notification.list({ troubled: true, channel: 'sms' })).items).toContainEqual(
        expect.objectContaining({ notificationId: vague }),
      );
    });

    test('an undelivered text is tried again where that may help; reports of earlier attempts are ignored', async () => {
      const id = await send('+4740000004');
      await reaches(id, 'sent');
      await status(id, { MessageStatus: 'undelivered', ErrorCode: '30008' });
      await reaches(id, 'sent');
      expect(textsTo('+4740000004')).toHaveLength(2);
      await status(id, { MessageStatus: 'undelivered', ErrorCode: '30008' }, '1.1');
      expect((await deliveryOf(id))?.state).toBe('sent');
    });

    test('the report that a text arrived counts while its retry waits: it is not sent again', async () => {
      const id = await send('+4740000006');
      await reaches(id, 'sent');
      await status(id, { MessageStatus: 'undelivered', ErrorCode: '30008' });
      expect((await deliveryOf(id))?.state).toBe('deferred');
      await status(id, { MessageSid: 'SM6', MessageStatus: 'sent' });
      expect((await deliveryOf(id))?.state).toBe('deferred');
      await status(id, { MessageSid: 'SM6', MessageStatus: 'delivered' });
      await reaches(id, 'delivered');
      expect(textsTo('+4740000006')).toHaveLength(1);
    });

    test('STOP ends all text messages to a number, START lets them in again', async () => {
      const first = await send('+4740000005');
      await reaches(first, 'sent');
      expect((await answer('+4740000005', ' Stop ')).status).toBe(200);
      const second = await send('+4740000005', 'Second');
      await reaches(second, 'suppressed');
      expect((await deliveryOf(second))?.errorCode).toBe('SUPPRESSED_STOP');
      expect((await answer('+4740000005', 'START', 'sha256')).status).toBe(200);
      const third = await send('+4740000005', 'Third');
      await reaches(third, 'sent');
      expect((await fetch(`${api.url}/callbacks/twilio/inbound`, { method: 'POST' })).status).toBe(403);
    });
  });

  test('are not limited in what they sign; what is not signed counts against its address', async () => {
    const limited = await startApi(testDatabase, { ...environment(), RATE_LIMITS: 'on' });
    try {
      const path = `/callbacks/twilio/status?delivery=${randomUUID()}&attempt=1.1`;
      const report = async (signedAs: string) => {
        const form = twilio.sign(`https://${signedAs}${path}`, { MessageStatus: 'delivered' });
        return (await fetch(limited.url + path, form)).status;
      };
      const post = async (body: string) =>
        (await fetch(`${limited.url}/callbacks/ses`, { method: 'POST', body })).status;
      const burst = [];
      for (let n = 0; n < ANONYMOUS_PER_MINUTE + 20; n++) burst.push(await report('ai.example.com'));
      expect(new Set(burst)).toEqual(new Set([200]));
      const delivered = sns.notification(TOPIC, {
        eventType: 'Delivery',
        mail: { messageId: '0100018f-cccc' },
      });
      expect(await post(delivered)).toBe(204);
      let refused = 403;
      for (let n = 0; n <= ANONYMOUS_PER_MINUTE && refused === 403; n++)
        refused = n % 2 === 0 ? await report('other.example.com') : await post('{');
      expect(refused).toBe(429);
      expect([await report('ai.example.com'), await post(delivered)]).toEqual([200, 204]);
    } finally {
      await limited.stop();
    }
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, testEnvironment } from '../../../../test/api.ts';
import { businessDatabases, type TestDatabase } from '../../../../test/databases.ts';
import { type Hurry, startHurry } from '../../../../test/hurry.ts';
import { freePort } from '../../../../test/ports.ts';
import { startTwilioRecorder, type TwilioRecorder } from '../../../../test/twilio-recorder.ts';
import { type Client, createClient } from '../../../catalogue/client.ts';
import { resources } from '../../../catalogue/index.ts';
import { createLog } from '../../../platform/log.ts';
import { type DevInbox, startDevInbox } from '../../../platform/mail/dev-inbox.ts';

const PROGRAM = fileURLToPath(new URL('../../../../test/dying-sender.ts', import.meta.url));
const POLL = { timeout: 120_000, interval: 250 };

/** What a killed process leaves behind: the state in the end, and mails or texts. */
const MOMENTS = [
  ['claimed|email', 'unknown', { mails: 0 }],
  ['acted|email', 'unknown', { mails: 1 }],
  ['settled|email', 'sent', { mails: 1 }],
  ['claimed|sms', 'unknown', { texts: 0 }],
  ['acted|sms', 'unknown', { texts: 1 }],
  ['settled|sms', 'sent', { texts: 1 }],
] as const;

describe.each(businessDatabases())('kill -9 on $name', ({ create }) => {
  let testDatabase: TestDatabase;
  let hurry: Hurry;
  let mailbox: DevInbox;
  let twilio: TwilioRecorder;
  let client: Client;
  let env: Record<string, string>;
  beforeAll(async () => {
    testDatabase = await create();
    hurry = await startHurry(testDatabase);
    mailbox = await startDevInbox({ smtpPort: 0, httpPort: 0, log: createLog('silent') });
    twilio = await startTwilioRecorder();
    const port = await freePort();
    env = testEnvironment(testDatabase, {
      PORT: String(port),
      JOB_HEARTBEAT_SECONDS: '10',
      SMTP_URL: mailbox.smtpUrl,
      ...twilio.env,
    });
    client = createClient(resources, { baseUrl: `http://127.0.0.1:${port}`, apiKey: ADMIN_KEY });
  });
  afterAll(async () => {
    await mailbox.close();
    await twilio.close();
    await hurry.stop();
    await testDatabase.remove();
  });

  async function start(crashAt: string) {
    const child = spawn(process.execPath, [PROGRAM], {
      env: { ...env, PATH: process.env.PATH ?? '', CRASH_AT: crashAt },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
    await once(child.stdout, 'data');
    return {
      exited,
      end: async () => {
        child.kill('SIGKILL');
        await exited;
      },
    };
  }

  test('in every state of a delivery is noticed, and doubles nothing', {
    timeout: 240_000,
  }, async () => {
    const sent: { moment: string; to: string; notificationId: string }[] = [];
    for (const [index, [moment]] of MOMENTS.entries()) {
      const to = moment.endsWith('sms') ? `+474000010${index}` : `killed-${index}@example.com`;
      const dying = await start(`${moment.split('|')[0]}|${to}`);
      const { notifications } = await client.notification.notify({
        to,
        data: { title: moment, body: 'Words' },
      });
      sent.push({ moment, to, notificationId: notifications[0]?.notificationId ?? '' });
      expect((await dying.exited)[1]).toBe('SIGKILL');
      hurry.died();
    }
    const last = await start('never');
    try {
      const states = () =>
        Promise.all(
          sent.map(async ({ moment, notificationId }) => {
            const { deliveries } = await client.notification.get({ notificationId });
            return [moment, deliveries[0]?.state];
          }),
        );
      await expect.poll(states, POLL).toEqual(MOMENTS.map(([moment, state]) => [moment, state]));
    } finally {
      await last.end();
    }
    for (const [index, [moment, , left]] of MOMENTS.entries()) {
      const { to } = sent[index] as { to: string };
      if ('texts' in left) {
        const texts = twilio.taken.filter(({ To }) => To === to);
        expect([moment, texts.length]).toEqual([moment, left.texts]);
        continue;
      }
      expect([moment, mailbox.messages({ to }).length]).toEqual([moment, left.mails]);
    }
  });
});

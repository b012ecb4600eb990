import { simpleParser } from 'mailparser';
import { vi } from 'vitest';
import { createLog } from '../src/platform/log.ts';
import { startDevInbox } from '../src/platform/mail/dev-inbox.ts';
import { startApi } from './api.ts';
import { type MovableClock, movableClock } from './clock.ts';
import type { TestDatabase } from './databases.ts';
import { startTwilioRecorder } from './twilio-recorder.ts';

export type NotificationsFixture = Awaited<ReturnType<typeof startNotifications>>;

/** An API that sends to an inbox of its own, with what tests of notifications ask of both. */
export async function startNotifications(create: () => Promise<TestDatabase>) {
  const clock: MovableClock = movableClock();
  const testDatabase = await create();
  const mailbox = await startDevInbox({ smtpPort: 0, httpPort: 0, log: createLog('silent') });
  const twilio = await startTwilioRecorder();
  const env = {
    SMTP_URL: mailbox.smtpUrl,
    MAIL_FROM: 'Sample <sample@example.com>',
    DASHBOARDS_URL: 'https://tooljet.example.com',
    NOTIFICATION_RETRY_SECONDS: '1',
    ...twilio.env,
  };
  const api = await startApi(testDatabase, env, { clock });

  const message = (title: string) => ({ title, body: 'Some words.' });

  async function headersOf(to: string, subject: string): Promise<string[]> {
    const [mail] = mailbox.messages({ to, subject });
    const source = await (await fetch(`${mailbox.url}/messages/${mail?.id}/source`)).text();
    return (await simpleParser(source)).headerLines.map(({ line }) => line.replaceAll(/\r?\n\s+/g, ' '));
  }

  return {
    api,
    clock,
    mailbox,
    twilio,
    message,
    headersOf,
    mailsTo: (to: string) => mailbox.messages({ to }),

    /** Sends a message; answers the id of its notification. */
    send: async (to: string, title: string): Promise<string> => {
      const { notifications } = await api.client.notification.notify({ to, data: message(title) });
      return notifications[0]?.notificationId ?? '';
    },

    /** Channel and state of each delivery of a notification. */
    stateOf: async (notificationId: string) =>
      (await api.client.notification.get({ notificationId })).deliveries.map(({ channel, state }) => [
        channel,
        state,
      ]),

    /** A mail, once it has arrived. */
    mailTo: async (to: string, subject: string) => {
      const found = await vi.waitFor(() => {
        const [mail] = mailbox.messages({ to, subject });
        if (!mail) throw new Error(`no mail ${subject}`);
        return mail;
      }, 15_000);
      return (await fetch(`${mailbox.url}/api/messages/${found.id}`)).json() as Promise<{
        text: string;
        html: string;
        subject: string;
      }>;
    },

    /** The address behind a mail's link to unsubscribe, on this server. */
    linkOf: async (to: string, subject: string): Promise<string> => {
      const headers = await headersOf(to, subject);
      const header = headers.find((line) => line.startsWith('List-Unsubscribe:')) ?? '';
      const { pathname, search } = new URL(/<(.+)>$/.exec(header)?.[1] ?? '');
      return `${api.url}${pathname}${search}`;
    },

    /** Reads and changes what the API does not show. */
    system: () => api.context.database.system('the test looks behind the API'),

    tenantId: () => api.context.identity.ensureTenant(api.context.config.TENANT),

    stop: async () => {
      await api.stop();
      await mailbox.close();
      await twilio.close();
      await testDatabase.remove();
    },
  };
}

import { createTransport, type SendMailOptions } from 'nodemailer';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { type DevInbox, startDevInbox } from '../src/platform/mail/dev-inbox.ts';

export const silent = pino({ level: 'silent' });

/** An inbox on free ports, closed after the test. */
export async function startInbox(): Promise<DevInbox> {
  const inbox = await startDevInbox({ smtpPort: 0, httpPort: 0, log: silent });
  onTestFinished(() => inbox.close());
  return inbox;
}

/** Sends over a connection of its own and returns the id that the inbox acknowledged. */
export async function sendTo(smtpUrl: string, mail: SendMailOptions): Promise<string> {
  const transport = createTransport({ url: smtpUrl, disableFileAccess: true });
  const { response } = await transport.sendMail({
    from: 'sender@example.com',
    to: 'reader@example.com',
    ...mail,
  });
  return response.replace('250 OK: stored as ', '');
}

/** Fetches JSON from the inbox. */
export async function getJson<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

/** Fetches a page as text. */
export async function getText(url: string): Promise<string> {
  return (await fetch(url)).text();
}

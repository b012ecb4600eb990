import type { Mailer } from '../../../../platform/mail/index.ts';
import { MailError } from '../../../../platform/mail/index.ts';
import type { Outcome } from './outcome.ts';

/** Header by which reports about a mail name its delivery. */
export const DELIVERY_HEADER = 'X-AI-Manager-Delivery';

interface EmailToSend {
  deliveryId: string;
  /** A mail is repeated within a round only when it was not taken, and then under the same Message-ID. */
  round: number;
  to: string;
  subject: string;
  html: string;
  text: string;
  /** Where one click unsubscribes (RFC 8058); null in critical mail. */
  unsubscribe: string | null;
}

/** Sends one e-mail. @param from as `AI Manager <ai-manager@example.com>` */
export async function sendEmail(mailer: Mailer, from: string, mail: EmailToSend): Promise<Outcome> {
  const { deliveryId, round, to, subject, html, text, unsubscribe } = mail;
  const domain = /@([^>\s]+)>?$/.exec(from)?.[1] ?? 'ai-manager';
  try {
    const { messageId, response } = await mailer.send({
      from,
      to: { name: '', address: to },
      subject,
      html,
      text,
      messageId: `<${deliveryId}.${round}@${domain}>`,
      headers: {
        [DELIVERY_HEADER]: deliveryId,
        ...(unsubscribe === null
          ? {}
          : {
              'List-Unsubscribe': `<${unsubscribe}>`,
              'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
            }),
      },
    });
    return { kind: 'sent', providerId: idOfSes(response) ?? messageId };
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    const { message, retryable, responseCode, mayBeSent } = error;
    if (mayBeSent) return { kind: 'unknown', code: 'MAIL_ANSWER_LOST', message };
    const code = responseCode === null ? 'MAIL_SERVER_UNREACHABLE' : `SMTP_${responseCode}`;
    return { kind: retryable ? 'failed' : 'refused', code, message };
  }
}

/** SES names a mail in its reply, `250 Ok 0100018f-…`, and gives it that Message-ID in place of ours. */
function idOfSes(response: string): string | undefined {
  return /^250 Ok ([0-9a-f]{16}-[0-9a-f-]{20,})/i.exec(response)?.[1];
}

import { z } from 'zod';
import { port } from './types.ts';

/** How e-mails leave. */
export const mail = {
  SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'must be a URL that starts with smtp://' })
    .optional()
    .describe('Mail server of the installation; if set, the development inbox does not start'),
  MAIL_FROM: z
    .string()
    .regex(
      /^[^<>@,;:"\p{Cc}]*<[^\s<>@,;:]+@[^\s<>@,;:]+>$/u,
      'must look like AI Manager <ai-manager@example.com>',
    )
    .default('AI Manager <ai-manager@example.com>')
    .describe('Sender of the e-mails that ask for decisions'),
  MAIL_REPLY_TO: z
    .email()
    .optional()
    .describe(
      'Mailbox in which people read replies to weekly e-mails; without one they do not invite replies',
    ),
  INBOX_HTTP_PORT: port(8025).describe('Page of the development inbox'),
  INBOX_SMTP_PORT: port(1025).describe('SMTP of the development inbox'),
};

import { z } from 'zod';
import { httpUrl, text, whole } from './types.ts';

/** How people are notified beside e-mail, and what providers report. */
export const notifications = {
  NOTIFICATION_RETRY_SECONDS: whole(1, 3600, 15).describe(
    'Pause before a delivery is tried again; it becomes four times as long with each attempt',
  ),
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-zA-Z]{32}$/, 'must be AC and 32 letters or digits')
    .optional()
    .describe('Account of Twilio that sends text messages; none are sent by default'),
  TWILIO_AUTH_TOKEN: text
    .optional()
    .describe('Needed with TWILIO_ACCOUNT_SID; also verifies what Twilio sends'),
  TWILIO_FROM: z
    .string()
    .regex(
      /^(\+[1-9]\d{6,14}|MG[0-9a-zA-Z]{32})$/,
      'must be a number such as +4740000000, or a messaging service',
    )
    .optional()
    .describe('Needed with TWILIO_ACCOUNT_SID: the number or messaging service that sends'),
  TWILIO_BASE_URL: httpUrl.default('https://api.twilio.com').describe("Root of Twilio's API"),
  PHONE_CODES_PER_DAY: whole(1, 100_000, 200).describe(
    'Codes to confirm phone numbers that a company may have sent in a day',
  ),
  SES_TOPIC_ARNS: z
    .string()
    .regex(/^(\s*arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w.-]+\s*(,|$))*$/, 'must be ARNs of SNS topics')
    .default('')
    .describe('SNS topics by which SES reports bounces and complaints, separated by commas'),
  SNS_ENDPOINT: httpUrl
    .optional()
    .describe('Another server that answers for sns.<region>.amazonaws.com; defaults to AWS'),
};

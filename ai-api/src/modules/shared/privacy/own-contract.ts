import { z } from 'zod';
import { operation, ROLES, resource } from '../../../contract/operation.ts';
import { id, listOf, page, prose, timestamp } from '../../../contract/schemas.ts';

/** Whether people count in analytics unless they object, or only while they agree. */
export const ANALYTICS_BASES = ['objection', 'consent'] as const;

export const OWN_KINDS = ['export', 'correction'] as const;

const view = z
  .object({
    requestId: id,
    kind: z.string().describe('Also erasures, objections and opt-outs that an administrator recorded'),
    state: z.enum(['open', 'running', 'done', 'refused', 'failed', 'withdrawn']),
    text: z.string().nullable().describe('What you ask to have corrected'),
    answer: z.string().nullable().describe('The answer to a correction, or why a request was refused'),
    dueAt: timestamp.describe('By then an administrator has to answer'),
    createdAt: timestamp,
    endedAt: timestamp.nullable(),
    file: z
      .object({ name: z.string(), contentType: z.string(), bytes: z.number().int(), url: z.url() })
      .nullable()
      .describe('Of an export; the link lasts for an hour'),
    fileUntil: timestamp.nullable().describe('When the file is deleted'),
  })
  .meta({ id: 'OwnDataRequest' });

const consentView = z
  .object({
    basis: z
      .enum(ANALYTICS_BASES)
      .describe('`objection`: you count unless you object; `consent`: only while you agree'),
    agreed: z.boolean(),
    agreedAt: timestamp.nullable(),
    agreedThrough: z
      .string()
      .nullable()
      .describe(
        'Name of the API key that agreed for you, such as that of the dashboards; null where you came yourself',
      ),
  })
  .meta({ id: 'OwnAnalyticsConsent' });

export const myData = resource({
  id: 'myData',
  name: 'My data',
  description:
    'What a person asks about their own data: an export, a correction, and the agreement to count in analytics.',
  operations: {
    request: operation({
      method: 'POST',
      path: '/me/data-requests',
      summary: 'Export your data, or ask for a correction',
      description:
        'An export starts at once and is a ZIP file, once a day. A correction is answered by an administrator within a month.',
      access: ROLES,
      own: 'anyone',
      status: 201,
      input: z.object({
        kind: z.enum(OWN_KINDS).meta({ example: 'export' }),
        text: prose(10, 500)
          .optional()
          .describe('What is wrong and what is right; needed for a correction')
          .meta({ example: 'My hours of week 45 lack the Friday.' }),
      }),
      output: view,
      errors: ['PERSON_NEEDED', 'CONFLICT'],
      hints: { text: { multiline: true } },
    }),
    list: operation({
      method: 'GET',
      path: '/me/data-requests',
      summary: 'List the requests about your data, newest first',
      access: ROLES,
      own: 'anyone',
      list: true,
      input: z.object(page),
      output: listOf(view),
      errors: ['PERSON_NEEDED'],
    }),
    consent: operation({
      method: 'GET',
      path: '/me/analytics-consent',
      summary: 'Get whether you agree to count in analytics',
      access: ROLES,
      own: 'anyone',
      input: z.object({}),
      output: consentView,
      errors: ['PERSON_NEEDED'],
    }),
    setConsent: operation({
      method: 'POST',
      path: '/me/analytics-consent',
      summary: 'Agree to count in analytics, or take it back',
      description:
        'From today on. It has an effect where the company counts only people who have agreed; you may agree before that.',
      access: ROLES,
      own: 'anyone',
      input: z.object({ agree: z.boolean().describe('False takes the agreement back') }),
      output: consentView,
      errors: ['PERSON_NEEDED'],
    }),
  },
});

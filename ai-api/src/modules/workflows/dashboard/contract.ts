import { z } from 'zod';
import { operation, resource, STAFF } from '../../../contract/operation.ts';
import { timestamp } from '../../../contract/schemas.ts';

export const PARTS = [
  'evaluation',
  'approvals',
  'decisions',
  'workflows',
  'failures',
  'gates',
  'plans',
  'usage',
  'me',
] as const;
export type PartName = (typeof PARTS)[number];

const part = z.object({
  name: z.enum(PARTS),
  status: z.enum(['ok', 'failed']).describe('A part that failed does not fail the others'),
  asOf: timestamp.describe('When it was read; it is kept for a few seconds'),
  data: z.unknown().describe('What the operation of the part answered; null when it failed'),
  error: z.string().nullable(),
});

export const dashboard = resource({
  id: 'dashboard',
  name: 'Dashboard',
  description: 'What a first page shows, in one request.',
  operations: {
    get: operation({
      method: 'GET',
      path: '/api/v1/dashboard',
      summary: 'Get the first page',
      description: 'Parts by role: each has a status and an age of its own.',
      access: STAFF,
      own: 'anyone',
      input: z.object({
        include: z
          .string()
          .max(200)
          .optional()
          .describe(
            `Only these parts, separated by commas: ${PARTS.join(', ')}. Defaults to all of your role`,
          ),
      }),
      output: z.object({ parts: z.array(part) }).meta({ id: 'Dashboard' }),
    }),
  },
});

/** What this module offers. */
export const contract = { dashboard };

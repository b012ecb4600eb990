import { z } from 'zod';
import { operation, ROLES, resource } from '../../../contract/operation.ts';

/** Reads that one request carries at most. */
export const MAX_READS = 100;

export const batch = resource({
  id: 'batch',
  name: 'Batch',
  description: 'Many reads in one request.',
  operations: {
    read: operation({
      method: 'POST',
      path: '/batch/read',
      summary: 'Read many things in one request',
      description:
        'Each read is an operation with the method GET and its input, authorised, limited and answered as if it had ' +
        'come alone. One that fails is answered with its problem; the others are not affected.',
      access: ROLES,
      own: 'anyone',
      delegates: true,
      input: z.object({
        requests: z
          .array(
            z.object({
              operation: z.string().min(1).max(100).describe('Such as builder.get'),
              input: z.record(z.string(), z.unknown()).default({}).describe('Its input, in one flat object'),
            }),
          )
          .min(1)
          .max(MAX_READS),
      }),
      output: z
        .object({
          answers: z
            .array(z.object({ status: z.number().int(), body: z.unknown() }))
            .describe('In the order of the requests: what the operation answers, or a problem'),
        })
        .meta({ id: 'BatchAnswers' }),
      composable: false,
    }),
  },
});

/** What this module offers. */
export const contract = { batch };

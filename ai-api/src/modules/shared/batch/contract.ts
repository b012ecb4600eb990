import { z } from 'zod';
import { operation, resource, STAFF } from '../../../contract/operation.ts';

/** Reads that one request carries at most. */
export const MAX_READS = 100;

export const batch = resource({
  id: 'batch',
  name: 'Batch',
  description: 'Several reads in one request.',
  operations: {
    read: operation({
      method: 'POST',
      path: '/batch/read',
      summary: 'Run several reads in one request',
      description:
        'Each read is an operation with the method GET and its input, authorised, limited and answered as if it were ' +
        'sent alone. A read that fails returns its problem; the others are not affected.',
      access: STAFF,
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
            .describe('In the order of the requests: the response of the operation, or a problem'),
        })
        .meta({ id: 'BatchAnswers' }),
      composable: false,
    }),
  },
});

/** What this module offers. */
export const contract = { batch };

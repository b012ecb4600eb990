import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { timestamp } from '../../../contract/schemas.ts';

const promiseView = z
  .object({
    id: z.string(),
    says: z.string(),
    holds: z.boolean().nullable().describe('Null where there was nothing to count yet'),
    of: z.string().describe('What was counted'),
    checked: z.number().int(),
    broken: z.number().int(),
    note: z.string().nullable(),
  })
  .meta({ id: 'Promise' });

export const promise = resource({
  id: 'promise',
  name: 'Promise',
  description: 'What is promised to those who are judged, with evidence counted from the data.',
  operations: {
    check: operation({
      method: 'GET',
      path: '/promises',
      summary: 'Check the promises to those who are judged',
      description: 'Counts the evidence of each promise now. It shows no personal data.',
      access: ['admin', 'executive', 'ops', 'readonly', 'council'],
      input: z.object({}),
      output: z
        .object({
          checkedAt: timestamp,
          holds: z.boolean().describe('False when any promise is broken'),
          promises: z.array(promiseView),
        })
        .meta({ id: 'PromiseReport' }),
      simplified: ['holds', 'promises'],
    }),
  },
});

/** What this module offers. */
export const contract = { promise };

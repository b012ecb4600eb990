import { z } from 'zod';
import { operation, resource } from '../../../contract/operation.ts';
import { day, flag, id, listOf, page, timestamp } from '../../../contract/schemas.ts';
import { CALL_OUTCOMES } from '../../../models/failures.ts';

/** What usage can be summed up by. */
export const USAGE_KEYS = ['day', 'model', 'purpose', 'person', 'prompt'] as const;
export type UsageKey = (typeof USAGE_KEYS)[number];

const micros = z.number().int().describe('Micro-dollars: 1,000,000 are one US dollar');
const word = z.string().trim().min(1).max(300);
const readers = ['admin', 'executive', 'ops', 'reviewer'] as const;

const span = {
  from: day.optional().describe('First day (UTC); defaults to 30 days ago'),
  to: day.optional().describe('Last day (UTC); defaults to today'),
};
const filter = {
  kind: z.enum(['chat', 'embedding']).optional(),
  purpose: word.optional().describe('Such as judgement'),
  model: word.optional().describe('Provider and model, such as openai:gpt-4.1-mini'),
  person: word.optional().describe('Id of the person for whom it was called'),
};

const row = z
  .object({
    day: day.nullable().describe('UTC; null unless asked for, as every key'),
    model: z.string().nullable(),
    purpose: z.string().nullable(),
    person: z.string().nullable().describe('Empty for calls that were not made for a person'),
    prompt: z.string().nullable().describe('Name and version; empty without one'),
    attempts: z.number().int().describe('Requests to providers, with those that failed'),
    failed: z.number().int(),
    tokensIn: z.number().int(),
    tokensOut: z.number().int(),
    tokensCached: z.number().int().describe('Part of tokensIn'),
    costMicros: micros,
    unpriced: z.number().int().describe('Attempts of models without a known price, which cost nothing here'),
  })
  .meta({ id: 'Usage' });

const call = z
  .object({
    attemptId: id,
    callId: id.describe('The same for all attempts of one call'),
    attempt: z.number().int(),
    kind: z.enum(['chat', 'embedding']),
    purpose: z.string(),
    subject: z.string().nullable(),
    judgementId: id.nullable(),
    person: z.string().nullable(),
    prompt: z.object({ name: z.string(), version: z.string() }).nullable(),
    model: z.string(),
    outcome: z.enum(CALL_OUTCOMES),
    error: z.string().nullable(),
    tokensIn: z.number().int(),
    tokensOut: z.number().int(),
    tokensCached: z.number().int(),
    isEstimated: z
      .boolean()
      .describe('The provider reported no usage that can be true, so that it is estimated'),
    costMicros: micros.nullable().describe('Null when the price is not known'),
    latencyMs: z.number().int(),
    traceId: z.string().nullable(),
    startedAt: timestamp,
  })
  .meta({ id: 'ModelCall' });

const budget = z
  .object({
    day,
    dailyMicros: micros.nullable().describe('Null for no limit'),
    isOwn: z.boolean().describe('False for the budget of the installation'),
    spentMicros: micros,
  })
  .meta({ id: 'ModelBudget' });

const traces = z
  .object({
    exported: z.number().int(),
    pending: z.number().int().describe('To be sent; retried while Langfuse is not available'),
    notSampled: z.number().int().describe('Not sent because of LANGFUSE_SAMPLE_RATE'),
    left: z.number().int().describe('Not sent by themselves: given up, or older than Langfuse'),
  })
  .meta({ id: 'TraceExport' });

/** Micro-dollars that fit a bigint of ours; a million dollars a day. */
const MAX_MICROS = 1_000_000_000_000;

export const usage = resource({
  id: 'usage',
  name: 'Model Usage',
  description: 'What calls to models used and cost, from the ledger.',
  operations: {
    summarize: operation({
      method: 'GET',
      path: '/usage',
      summary: 'Sum up the use of models',
      description: 'By any of day, model, purpose, person and prompt, in the order of these keys.',
      access: [...readers],
      list: true,
      reveals: {
        what: 'use of models',
        purpose: 'administration',
        of: [{ list: 'items', builder: 'person' }],
      },
      input: z.object({
        by: z
          .string()
          .regex(
            new RegExp(`^(${USAGE_KEYS.join('|')})(,(${USAGE_KEYS.join('|')}))*$`),
            `must be some of ${USAGE_KEYS.join(',')}`,
          )
          .default('day')
          .describe('Keys to sum up by, such as day,model'),
        ...span,
        ...filter,
        ...page,
      }),
      output: listOf(row),
    }),
    listCalls: operation({
      method: 'GET',
      path: '/usage/calls',
      summary: 'List calls to models',
      description: 'Every request to a provider, newest first, also those that failed.',
      access: [...readers],
      list: true,
      reveals: {
        what: 'use of models',
        purpose: 'administration',
        of: [{ list: 'items', builder: 'person' }],
      },
      input: z.object({
        ...span,
        ...filter,
        judgementId: id.optional(),
        failed: flag.optional().describe('Only those that failed, or only those that did not'),
        ...page,
      }),
      output: listOf(call),
    }),
    getTraces: operation({
      method: 'GET',
      path: '/usage/traces',
      summary: 'Get how far traces are exported',
      access: [...readers],
      input: z.object({}),
      output: traces,
    }),
    exportTraces: operation({
      method: 'POST',
      path: '/usage/traces/export',
      summary: 'Send traces to Langfuse again',
      description:
        'Sends the traces of a span of time that Langfuse does not have, such as those that were given up in an outage. ' +
        'With `again` also those that it has: until its database merges them, they are shown and counted twice.',
      access: ['admin', 'ops'],
      status: 202,
      errors: ['CONFLICT'],
      input: z.object({
        since: timestamp.describe('Judged at this time or later'),
        until: timestamp.optional().describe('Judged before this time; defaults to now'),
        again: flag.default(false).describe('Also traces that Langfuse has'),
      }),
      output: z.object({ traces: z.number().int().describe('That will be sent') }).meta({ id: 'TracesDue' }),
    }),
    getBudget: operation({
      method: 'GET',
      path: '/usage/budget',
      summary: "Get today's budget for models",
      access: [...readers],
      input: z.object({}),
      output: budget,
    }),
    setBudget: operation({
      method: 'PUT',
      path: '/usage/budget',
      summary: 'Set the daily budget for models',
      description: 'Beyond it rules decide alone until the next day (UTC), and judgements say so.',
      access: ['admin', 'executive'],
      input: z.object({
        dailyMicros: z
          .number()
          .int()
          .min(0)
          .max(MAX_MICROS)
          .nullable()
          .describe("Micro-dollars a day; null for the installation's own budget"),
      }),
      output: budget,
    }),
  },
});

/** What this module offers. */
export const contract = { usage };

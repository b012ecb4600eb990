import { z } from 'zod';
import { operation, resource } from '../../../../contract/operation.ts';
import { day, isoWeek, listOf, page, prose, timestamp } from '../../../../contract/schemas.ts';
import { ratio } from '../team/schema.ts';

const executives = ['admin', 'executive'] as const;
const micros = z.number().describe('Micro-dollars');
const model = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,99}$/,
    'must be the name of a model without provider, such as claude-sonnet-4-5',
  );
const dollars = z.number().min(0).max(100_000).describe('US dollars for a million tokens');
const column = z.string().min(1).max(200).optional();

const price = z
  .object({
    model: z.string(),
    validFrom: day,
    input: dollars,
    output: dollars,
    cacheRead: dollars,
    cacheWrite: dollars,
    setBy: z.string(),
    setAt: timestamp,
  })
  .meta({ id: 'ModelPrice' });

const returnOnSpend = z
  .object({
    from: isoWeek,
    to: isoWeek,
    note: z.string(),
    estimatedMicros: micros
      .nullable()
      .describe('Of tokens by the price table; null for fewer than five people'),
    billedMicros: micros.describe('Of imported exports of vendors'),
    tokensUnpriced: z.number().nullable().describe('Tokens of models without a price'),
    costPerLinkedCommit: ratio.describe('Estimated'),
    costUnlinkedMicros: micros.nullable().describe('Of conversations without a confirmed link'),
    byAssistant: z.array(z.object({ assistant: z.string(), estimatedMicros: micros })),
    otherAssistantsMicros: micros.nullable().describe('Of assistants that fewer than five people use'),
    byVendor: z.array(z.object({ vendor: z.string(), model: z.string(), billedMicros: micros })),
    trend: z.array(z.object({ week: isoWeek, estimatedMicros: micros.nullable(), billedMicros: micros })),
    licences: z
      .array(
        z.object({
          licence: z.string(),
          product: z.string(),
          seats: z.number().int(),
          peak: z.number().int().describe('Most seats in use at once in the last 30 days'),
          unused: z.number().int(),
        }),
      )
      .describe('Licences of this installation with seats that were never in use'),
  })
  .meta({ id: 'ReturnOnSpend' });

export const assistantSpend = resource({
  id: 'assistantSpend',
  name: 'Assistant Spend',
  description: 'What coding assistants cost, by estimate and by bill, and what they led to.',
  operations: {
    report: operation({
      method: 'GET',
      path: '/analytics/roi',
      summary: 'Show what assistants cost and what they led to',
      access: executives,
      feature: 'analytics.spend',
      input: z.object({
        to: isoWeek.optional().describe('The last week; defaults to the newest that is over'),
        weeks: z.coerce.number().int().min(1).max(26).default(12),
      }),
      output: returnOnSpend,
    }),
    import: operation({
      method: 'POST',
      path: '/analytics/spend-imports',
      summary: "Import a vendor's usage export",
      description:
        'CSV with a column for the day and one for the cost; columns are found by their usual names, or named. Rows ' +
        'of one day and model are added up for all users: people are not stored. The days of the file ' +
        'replace those of an earlier import of the vendor.',
      access: executives,
      feature: 'analytics.spend',
      bodyLimit: '10mb',
      hints: { csv: { multiline: true } },
      input: z.object({
        vendor: prose(1, 60),
        csv: z.string().min(1).max(10_000_000),
        unit: z.enum(['dollars', 'cents']).default('dollars'),
        dayColumn: column,
        costColumn: column,
        modelColumn: column,
        dryRun: z.boolean().default(false),
      }),
      output: z
        .object({
          dryRun: z.boolean(),
          rows: z.number().int(),
          days: z.number().int(),
          costMicros: micros,
          columns: z.object({ day: z.string(), cost: z.string(), model: z.string().nullable() }),
        })
        .meta({ id: 'SpendImport' }),
      errors: ['IMPORT_INVALID'],
    }),
    listPrices: operation({
      method: 'GET',
      path: '/analytics/prices',
      summary: 'List the prices of models',
      access: executives,
      feature: 'analytics.spend',
      list: true,
      input: z.object({ ...page }),
      output: listOf(price),
    }),
    setPrice: operation({
      method: 'PUT',
      path: '/analytics/prices',
      summary: 'Set the price of a model from a day on',
      description: 'Estimates are computed when they are asked for, so that a price counts at once.',
      access: executives,
      feature: 'analytics.spend',
      input: z.object({
        model,
        validFrom: day,
        input: dollars,
        output: dollars,
        cacheRead: dollars.optional().describe('The input price unless given'),
        cacheWrite: dollars.optional().describe('The input price unless given'),
      }),
      output: price,
    }),
    deletePrice: operation({
      method: 'DELETE',
      path: '/analytics/prices/{model}/{validFrom}',
      summary: 'Delete the price of a model from a day on',
      access: executives,
      feature: 'analytics.spend',
      status: 204,
      input: z.object({ model, validFrom: day }),
      output: z.void(),
      errors: ['NOT_FOUND'],
    }),
  },
});

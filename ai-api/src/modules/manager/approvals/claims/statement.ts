import { z } from 'zod';

/** What a claim can be about. */
export const CLAIM_KINDS = [
  'activity',
  'project',
  'time',
  'colleague',
  'meeting',
  'ticket',
  'document',
  'reason',
  'contradiction',
] as const;

const MAX_QUOTE = 300;

/** One claim as the model gives it. Nullable instead of optional: strict schemas have no optional fields. */
export const statement = z.object({
  kind: z
    .enum(CLAIM_KINDS)
    .describe('activity: what was done; reason: why it was not tracked; contradiction: with the form'),
  quote: z.string().min(1).max(MAX_QUOTE).describe('The exact words of the text, unchanged'),
  date: z.string().max(10).nullable().describe('Of a time: the day that the words mean, YYYY-MM-DD'),
  from: z.string().max(5).nullable().describe('Of a time: when it began, HH:MM'),
  until: z.string().max(5).nullable().describe('Of a time: when it ended, HH:MM'),
  hours: z.number().min(0).max(1000).nullable().describe('Of a time: how long the work took, in hours'),
});
export type ClaimStatement = z.output<typeof statement>;

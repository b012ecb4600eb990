import { DateTime } from 'luxon';
import { z } from 'zod';

/** UUIDv7 of a row of ours. */
export const id = z.uuid();

/** The largest number of a column of four bytes, such as a version. */
export const MAX_INTEGER = 2_147_483_647;

/** Stages that a project goes through, in their order. */
export const STAGES = ['idea', 'validation', 'build', 'launch', 'growth'] as const;

/**
 * Text that a person wrote, trimmed: letters, line breaks and tabs, no other control characters. Lengths in characters.
 * @param tooShort the message below `least`
 */
export const prose = (least: number, most: number, tooShort = 'must not be empty') =>
  z
    .string()
    .trim()
    .min(least, tooShort)
    .max(most, `must be at most ${most} characters`)
    .refine((value) => !/[^\P{Cc}\n\r\t]/u.test(value) && value.isWellFormed(), 'has control characters');

/** The reason for a decision. */
export const reason = prose(10, 2000, 'must give a reason of at least 10 characters');

/** UTC ISO 8601 instant. */
export const timestamp = z.iso.datetime({ offset: true });

/** Calendar day, `YYYY-MM-DD`, of year 1 or later: there is no year 0 in PostgreSQL. */
export const day = z.iso
  .date('must be a day such as 2026-11-16')
  .refine((value) => !value.startsWith('0000'), 'must be a day such as 2026-11-16');

/** ISO 8601 week such as `2026-W45`, refused when that year has no such week. */
export const isoWeek = z
  .string()
  .regex(/^\d{4}-W\d{2}$/, { error: 'must be an ISO week such as 2026-W45', abort: true })
  .refine((week) => DateTime.fromISO(week, { zone: 'utc' }).isValid, 'is not a week of that year')
  .meta({ example: '2026-W45' });

/** The two inputs that every list takes. */
export const page = {
  cursor: z.string().max(500).optional().describe('Where to continue: nextCursor of the previous page'),
  limit: z.coerce.number().int().min(1).max(500).default(50).describe('Rows in a page'),
};

/** Output of a list operation. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** A boolean that also reads `true`/`false` from a query string. */
export const flag = z.union([z.boolean(), z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] })]);

/** An RFC 9457 problem document as this API writes it. */
export const problemDocument = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string(),
    instance: z.string().optional(),
    requestId: z.string().optional(),
    errors: z
      .array(
        z.object({
          field: z.string(),
          message: z.string(),
          file: z.string().optional(),
          row: z.number().int().optional(),
          column: z.string().optional(),
        }),
      )
      .optional(),
    seats: z
      .object({ used: z.number().int(), max: z.number().int(), retryAfterSeconds: z.number().int() })
      .optional()
      .describe('With NO_SEATS, SEATS_RESERVED and USER_LIMIT: seats in use, and when the first lease ends'),
    plan: z
      .object({
        plan: z.string().describe('The plan that the company has'),
        feature: z.string().optional().describe('What the plan does not include'),
        quota: z.string().optional().describe('What is used up'),
        limit: z.number().int().optional(),
        used: z.number().int().optional(),
        resetsAt: timestamp.nullable().optional().describe('Null where it does not reset by itself'),
        upgradeUrl: z
          .string()
          .nullable()
          .describe('Page where the plan is changed, if this installation has one'),
      })
      .optional()
      .describe('With FEATURE_NOT_IN_PLAN, PLAN_LIMIT_REACHED and QUOTA_EXCEEDED'),
    residency: z
      .object({
        region: z.string().describe('Where the data of the company stays'),
        url: z
          .string()
          .nullable()
          .describe('The installation there; null where this one does not know its address'),
      })
      .optional()
      .describe('With WRONG_REGION: where to send the request'),
  })
  .meta({ id: 'Problem' });
export type ProblemDocument = z.infer<typeof problemDocument>;

/** Asking the runtime takes a tenth of a small request. Spellings differ in case, so their number is bounded. */
const knownTimeZones = new Set<string>();
const MAX_KNOWN = 1000;

/** Whether this runtime knows an IANA time zone such as `Europe/Oslo` or `UTC`; offsets are not time zones. */
export function isTimeZone(name: string): boolean {
  if (knownTimeZones.has(name)) return true;
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    return false;
  }
  if (knownTimeZones.size < MAX_KNOWN) knownTimeZones.add(name);
  return true;
}

import { z } from 'zod';
import { isTimeZone } from '../../../contract/schemas.ts';

/** What a company sets for itself. Stored are the members that were set; the others have their defaults. */
export const tenantSettings = z
  .object({
    timezone: z
      .string()
      .max(60)
      .refine(isTimeZone, 'must be an IANA time zone such as Europe/Oslo')
      .default('UTC')
      .describe('Where its weeks begin and end, as an IANA time zone: which week is the last complete one'),
    models: z
      .enum(['allowed', 'off'])
      .default('allowed')
      .describe('off: nothing is sent to a model, rules decide alone, from the next run on'),
    answerWindowHours: z
      .number()
      .int()
      .min(0)
      .max(336)
      .default(48)
      .describe(
        'Hours in which a builder alone has the result of a week and may answer, before it enters reports; 0 for none',
      ),
    contestDays: z
      .number()
      .int()
      .min(1)
      .max(60)
      .default(10)
      .describe('Working days within which a contested judgement has to be decided'),
    requireNotice: z
      .boolean()
      .default(false)
      .describe(
        'Whether people are judged only once they are informed: weekly runs are refused, and requests and gates go to a person',
      ),
  })
  .meta({ id: 'TenantSettings' });

export type TenantSettings = z.output<typeof tenantSettings>;

/** The settings in force for a stored document. */
export function settingsInForce(stored: object): TenantSettings {
  return tenantSettings.parse(stored);
}

import { z } from 'zod';
import { operation, resource } from '../../../../contract/operation.ts';
import { day, id, listOf, timestamp } from '../../../../contract/schemas.ts';
import { DENIALS } from '../states.ts';

const readers = ['admin', 'executive', 'ops', 'readonly'] as const;
const share = z.number().describe('From 0 to 1');

const usageOfLicence = z
  .object({
    licenceId: id,
    licence: z.string(),
    product: z.string(),
    maxSeats: z.number().int(),
    utilisation: share.describe('Seat time in use, of the seat time there was'),
    peakSeats: z.number().int().describe('Most seats in use at once'),
    peakDemand: z.number().int().describe('Most seats in use or asked for at once'),
    minutesFull: z.number().int(),
    sessions: z.number().int(),
    waited: z.number().int().describe('Sessions that waited in the queue'),
    leakedShare: share.describe('Sessions whose lease ran out, of those that ended'),
    denials: z.partialRecord(z.enum(DENIALS), z.number().int()),
    seatsFor99Percent: z
      .number()
      .int()
      .describe('Seats with which 99 % of the requests would have been served at once'),
    reservedIdle: z.number().describe('Mean number of reserved seats that were not in use'),
    timeAtSeats: z
      .array(z.object({ seats: z.number().int(), share }))
      .describe('Share of the time at each number of seats in use'),
  })
  .meta({ id: 'LicenceUsage' });

export const analytics = resource({
  id: 'licenceAnalytics',
  name: 'Licence Analytics',
  description: 'How seats are used, what was denied, and how many seats are needed.',
  operations: {
    usage: operation({
      method: 'GET',
      path: '/api/v1/analytics/usage',
      summary: 'Show how the seats of licences are used',
      access: readers,
      input: z.object({
        from: day.optional().describe('First day (UTC); defaults to six days before the last'),
        to: day.optional().describe('Last day (UTC); defaults to today'),
        licenceId: id.optional(),
      }),
      output: z
        .object({
          from: day,
          to: day,
          licences: z.array(usageOfLicence),
          hours: z
            .array(
              z.object({ hour: timestamp, licenceId: id, peak: z.number().int(), denials: z.number().int() }),
            )
            .describe('Peak of each hour in which seats were in use or denied'),
        })
        .meta({ id: 'LicenceUsageReport' }),
    }),
    expiring: operation({
      method: 'GET',
      path: '/api/v1/licenses/expiring',
      summary: 'List licences that expire soon, the first to expire first',
      access: readers,
      list: true,
      input: z.object({
        days: z.coerce.number().int().min(1).max(365).default(30),
        cursor: z.string().max(500).optional(),
        limit: z.coerce.number().int().min(1).max(500).default(50),
      }),
      output: listOf(
        z
          .object({
            licenceId: id,
            licence: z.string(),
            product: z.string(),
            maxSeats: z.number().int(),
            expiresAt: timestamp,
            daysLeft: z.number().int(),
          })
          .meta({ id: 'ExpiringLicence' }),
      ),
    }),
  },
});

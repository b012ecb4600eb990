import { z } from 'zod';
import { OVERAGES } from './states.ts';

/** What a licence allows. A change applies to sessions that are held from their next heartbeat on. */
export const policySchema = z
  .object({
    leaseBy: z
      .enum(['device', 'user', 'session'])
      .default('device')
      .describe('What one seat is for: a device, a user (on one device at a time) or each session'),
    ttlSeconds: z.number().int().min(30).max(86_400).default(360).describe('Lease without a heartbeat'),
    heartbeatSeconds: z
      .number()
      .int()
      .min(0)
      .max(28_800)
      .default(0)
      .describe('Pause between heartbeats; 0 for a third of the lease, which survives two misses'),
    graceSeconds: z
      .number()
      .int()
      .min(0)
      .max(604_800)
      .default(3600)
      .describe('How long a token remains valid after the lease, for a client that cannot reach the API'),
    reviveSeconds: z
      .number()
      .int()
      .min(0)
      .max(3600)
      .default(120)
      .describe('Time in which a late heartbeat revives an expired session, if a seat is free'),
    lingerSeconds: z
      .number()
      .int()
      .min(0)
      .max(3600)
      .default(0)
      .describe('Time for which a released seat is kept for the same member'),
    overage: z.enum(OVERAGES).default('none').describe('Sessions admitted beyond the seats, as a factor'),
    maxBorrowHours: z.number().int().min(0).max(8760).default(168).describe('0 forbids borrowing'),
    borrowKeep: z.number().int().min(0).max(1_000_000).default(0).describe('Seats that are never borrowed'),
    reservations: z
      .array(
        z.object({
          group: z.string().trim().min(1).max(100),
          seats: z.number().int().min(1).max(1_000_000),
        }),
      )
      .max(50)
      .default([])
      .describe('Seats that only members of a group get'),
    maxPerUser: z.number().int().min(0).max(1_000_000).default(0).describe('Seats of one user; 0 for any'),
    maxDevicesPerDay: z
      .number()
      .int()
      .min(0)
      .max(1_000_000)
      .default(0)
      .describe('Different devices in a day (UTC); 0 for any'),
    onFull: z
      .enum(['refuse', 'queue'])
      .default('refuse')
      .describe('queue: callers that ask to wait are queued, first come, first served'),
  })
  .meta({ id: 'LicencePolicy' });

export type Policy = z.output<typeof policySchema>;

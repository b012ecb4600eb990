import { z } from 'zod';
import { id, timestamp } from '../schemas.ts';

const licenceEvent = z.object({ licenceId: id, licence: z.string(), product: z.string() });

/** What happens to licences and their seats. */
export const licenceEvents = {
  'license.seat.denied': {
    title: 'Licence seat denied',
    description: 'A device was denied a seat; retries within 10 minutes are not reported again.',
    data: licenceEvent.extend({
      code: z.string(),
      device: z.string().describe('Salted hash'),
      user: z.string().nullable(),
      used: z.number().int(),
      maxSeats: z.number().int(),
    }),
  },
  'license.seat.offered': {
    title: 'Licence seat offered',
    description: 'A free seat is offered to the first in the queue, for 60 seconds.',
    data: licenceEvent.extend({ sessionId: id, user: z.string().nullable(), until: timestamp }),
  },
  'license.session.evicted': {
    title: 'Licence session evicted',
    description: 'An admin forced the release of a seat.',
    data: licenceEvent.extend({ sessionId: id, user: z.string().nullable(), reason: z.string() }),
  },
  'license.state.changed': {
    title: 'Licence state changed',
    description: 'A licence was suspended, reinstated, revoked or renewed.',
    data: licenceEvent.extend({
      state: z.enum(['active', 'suspended', 'revoked']),
      expiresAt: timestamp.nullable(),
    }),
  },
  'license.expiring': {
    title: 'Licence expires soon',
    description: 'A licence expires in 30, 14, 7 or 1 days.',
    data: licenceEvent.extend({
      expiresAt: timestamp,
      daysLeft: z.number().int(),
      maxSeats: z.number().int(),
    }),
  },
} as const;

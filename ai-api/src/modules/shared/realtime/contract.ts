import { z } from 'zod';
import { operation, type Role, resource, STAFF } from '../../../contract/operation.ts';
import { timestamp } from '../../../contract/schemas.ts';

/** Who may follow events; builders may not, since events are about all builders. */
export const REALTIME_ROLES = [
  'admin',
  'executive',
  'ops',
  'reviewer',
  'readonly',
] as const satisfies readonly Role[];

export const realtime = resource({
  id: 'realtime',
  name: 'Realtime',
  description: 'Events as they happen: `WS /ws` and `GET /events/stream`.',
  operations: {
    createTicket: operation({
      method: 'POST',
      path: '/realtime/tickets',
      summary: 'Get a ticket for one realtime connection',
      description:
        'For browsers, which cannot send an API key with a WebSocket or EventSource. Goes into `?ticket=`, once.',
      access: STAFF,
      own: 'anyone',
      status: 201,
      input: z.object({}),
      output: z.object({ ticket: z.string(), expiresAt: timestamp }).meta({ id: 'RealtimeTicket' }),
      composable: false,
    }),
  },
});

/** What this module offers. */
export const contract = { realtime };

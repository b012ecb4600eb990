import { z } from 'zod';
import { operation, resource } from '../../../../contract/operation.ts';
import { id, listOf, page, reason, timestamp } from '../../../../contract/schemas.ts';
import { DENIALS, SESSION_STATES } from '../states.ts';

const readers = ['admin', 'executive', 'ops', 'readonly'] as const;

const sessionView = z
  .object({
    sessionId: id,
    licenceId: id,
    licence: z.string(),
    product: z.string(),
    device: z.string().describe('Salted hash of the fingerprint'),
    user: z.string().nullable(),
    group: z.string().nullable(),
    state: z.enum(SESSION_STATES),
    startedAt: timestamp.nullable().describe('Null for a session that only waited'),
    leaseUntil: timestamp.nullable().describe('Null once it has ended'),
    idleSeconds: z.number().int().nullable().describe('As the client reported it'),
    endedAt: timestamp.nullable(),
  })
  .meta({ id: 'LicenceSession' });

/** Sessions and denials: who holds seats, and who got none. */
export const licenceSession = resource({
  id: 'licenceSession',
  name: 'Licence Session',
  description: 'Who holds, waits for, held or was denied a seat.',
  locate: { operation: 'list', id: 'sessionId', shown: ['product', 'licence', 'user', 'state'] },
  operations: {
    list: operation({
      method: 'GET',
      path: '/api/v1/licenses/sessions',
      summary: 'List sessions, newest first',
      access: readers,
      list: true,
      input: z.object({
        licenceId: id.optional(),
        state: z
          .enum([...SESSION_STATES, 'live'])
          .optional()
          .describe('live: holds a seat or waits for one'),
        user: z.string().max(200).optional(),
        ...page,
      }),
      output: listOf(sessionView),
    }),
    evict: operation({
      method: 'POST',
      path: '/api/v1/licenses/sessions/{sessionId}/evict',
      summary: 'Force the release of a seat',
      description:
        'The seat is free at once. A token that the client holds remains valid offline until it expires.',
      access: ['admin', 'ops'],
      input: z.object({ sessionId: id, reason }),
      output: sessionView,
      errors: ['SESSION_NOT_FOUND', 'CONFLICT', 'SEATS_UNAVAILABLE'],
      hints: { reason: { multiline: true } },
    }),
    denials: operation({
      method: 'GET',
      path: '/api/v1/licenses/denials',
      summary: 'List denied requests, newest first',
      description: 'Retries of one device within 10 minutes are one denial.',
      access: readers,
      list: true,
      input: z.object({ licenceId: id.optional(), code: z.enum(DENIALS).optional(), ...page }),
      output: listOf(
        z
          .object({
            denialId: id,
            licenceId: id,
            licence: z.string(),
            product: z.string(),
            code: z.enum(DENIALS),
            device: z.string(),
            user: z.string().nullable(),
            attempts: z.number().int(),
            firstAt: timestamp,
            lastAt: timestamp,
          })
          .meta({ id: 'LicenceDenial' }),
      ),
    }),
  },
});

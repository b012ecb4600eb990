import { z } from 'zod';
import { operation, resource, STAFF } from '../../../../contract/operation.ts';
import { id, prose, timestamp } from '../../../../contract/schemas.ts';

const device = z
  .string()
  .min(8, 'must be at least 8 characters')
  .max(200)
  .describe('Fingerprint of the device; only a salted hash of it is stored');
const licenseKey = z
  .string()
  .max(64)
  .optional()
  .describe('Not needed when the licence key itself is the credential');
const sessionId = id.describe('The session, from the response of acquire');

/** Admissions that a request for a seat, or what keeps one, may end with. */
export const SEAT_CODES = [
  'ACQUIRED',
  'RENEWED',
  'REVIVED',
  'EXTENDED',
  'QUEUED',
  'OFFERED',
  'RELEASED',
  'BORROWED',
  'RETURNED',
] as const;

const seatView = z
  .object({
    code: z.enum(SEAT_CODES),
    sessionId: id,
    licenceId: id,
    state: z.string(),
    token: z
      .string()
      .nullable()
      .describe('Signed JWT for offline use; null while queued, and where the one you hold is still fresh'),
    expiresAt: timestamp.describe('End of the lease, of the borrowing, or of the wait'),
    heartbeatAfterSeconds: z.number().int().describe('Beat after this time: two misses are survived'),
    serverTime: timestamp,
    seats: z.object({
      used: z.number().int(),
      max: z.number().int(),
      waiting: z.number().int().describe('Callers that wait for a seat'),
    }),
    position: z.number().int().nullable().describe('Place in the queue, from 1'),
  })
  .meta({ id: 'SeatAnswer' });

const LICENCE_CODES = [
  'LICENSE_NOT_FOUND',
  'LICENSE_SUSPENDED',
  'LICENSE_REVOKED',
  'LICENSE_EXPIRED',
  'LICENSE_NOT_STARTED',
] as const;
const SESSION_CODES = ['SESSION_NOT_FOUND', 'SESSION_OF_OTHER_DEVICE', 'SEATS_UNAVAILABLE'] as const;

const released = z
  .object({
    code: z.literal('RELEASED'),
    sessionId: id,
    state: z.string().describe('How the session ended'),
    endedAt: timestamp,
  })
  .meta({ id: 'SeatReleased' });

export const seat = resource({
  id: 'seat',
  name: 'Seat',
  description:
    'Floating seats: check one out, keep it with heartbeats, give it back, borrow it for offline use.',
  operations: {
    acquire: operation({
      method: 'POST',
      path: '/api/v1/licenses/acquire',
      summary: 'Acquire a seat',
      description:
        'A member that holds a seat keeps it and gets the same session. Repeating a request has the same effect, ' +
        'with or without an Idempotency-Key; where each session has a seat, the key names the session of this device and user.',
      access: STAFF,
      own: 'anyone',
      licence: true,
      repeatable: true,
      status: 200,
      also: [
        { status: 201, when: ({ code }) => code === 'ACQUIRED' },
        { status: 202, when: ({ code }) => code === 'QUEUED' },
      ],
      input: z.object({
        licenseKey,
        device,
        product: z.string().max(64).optional().describe('Code of the product that asks'),
        version: z
          .string()
          .regex(/^\d{1,9}(\.\d{1,9}){0,3}$/, 'must be a version such as 4.2')
          .optional()
          .describe('Version of the product that asks'),
        entitlements: z.array(z.string().max(64)).max(50).optional().describe('Features that are needed'),
        user: prose(1, 200).optional().describe('User; a signed-in person is filled in'),
        group: prose(1, 100).optional().describe('Group, for reserved seats'),
        wait: z.boolean().default(false).describe('Wait in the queue when all seats are taken'),
        clientTime: timestamp.optional().describe('Time of the device; refused when a day off'),
      }),
      output: seatView,
      errors: [
        ...LICENCE_CODES,
        'NO_SEATS',
        'SEATS_RESERVED',
        'USER_LIMIT',
        'PRODUCT_MISMATCH',
        'ENTITLEMENT_MISSING',
        'VERSION_NOT_COVERED',
        'DEVICE_BLOCKED',
        'DEVICE_LIMIT',
        'CLOCK_SKEW',
        'SEATS_UNAVAILABLE',
        'SIGNING_UNAVAILABLE',
      ],
      simplified: ['code', 'sessionId', 'state', 'expiresAt', 'seats'],
    }),
    heartbeat: operation({
      method: 'POST',
      path: '/api/v1/licenses/heartbeat',
      summary: 'Keep a seat, or the place in the queue',
      description:
        'Signs nothing until half the life of the token that is sent as the credential has passed.',
      access: STAFF,
      own: 'anyone',
      licence: true,
      repeatable: true,
      input: z.object({
        sessionId,
        device,
        idleSeconds: z.number().int().min(0).max(31_536_000).optional().describe('Time without use'),
      }),
      output: seatView,
      errors: [...LICENCE_CODES, ...SESSION_CODES, 'DEVICE_BLOCKED'],
    }),
    release: operation({
      method: 'DELETE',
      path: '/api/v1/licenses/release',
      summary: 'Release a seat',
      description: 'A session that has already ended answers how it ended.',
      access: STAFF,
      own: 'anyone',
      licence: true,
      input: z.object({ sessionId, device }),
      output: released,
      errors: SESSION_CODES,
    }),
    releaseSession: operation({
      method: 'DELETE',
      path: '/api/v1/licenses/sessions/{sessionId}',
      summary: 'Release the seat of a session',
      access: STAFF,
      own: 'anyone',
      licence: true,
      input: z.object({ sessionId, device }),
      output: released,
      errors: SESSION_CODES,
      hints: { sessionId: { locator: 'licenceSession' } },
    }),
    releaseByPost: operation({
      method: 'POST',
      path: '/api/v1/licenses/release',
      summary: 'Release a seat, for clients that cannot send DELETE',
      access: STAFF,
      own: 'anyone',
      licence: true,
      repeatable: true,
      input: z.object({ sessionId, device }),
      output: released,
      errors: SESSION_CODES,
    }),
    status: operation({
      method: 'GET',
      path: '/api/v1/licenses/status',
      summary: 'Show the state of a licence without taking a seat',
      access: STAFF,
      own: 'anyone',
      licence: true,
      input: z.object({ licenseKey, device: device.optional() }),
      output: z
        .object({
          licenceId: id,
          product: z.string(),
          code: z.string().describe('OK, or why no seat is given'),
          entitlements: z.array(z.string()),
          expiresAt: timestamp.nullable(),
          seats: z.object({
            used: z.number().int(),
            max: z.number().int(),
            waiting: z.number().int(),
            reservedIdle: z.number().int().describe('Reserved seats that are not used'),
          }),
          session: z
            .object({ sessionId: id, state: z.string(), expiresAt: timestamp })
            .nullable()
            .describe('The session of the device'),
          serverTime: timestamp,
        })
        .meta({ id: 'LicenceStatus' }),
      errors: ['LICENSE_NOT_FOUND', 'SEATS_UNAVAILABLE'],
    }),
    borrow: operation({
      method: 'POST',
      path: '/api/v1/licenses/borrow',
      summary: 'Borrow a held seat for offline use',
      description:
        'The token is valid to the end of the borrowing. It cannot be recalled, not even by revoking.',
      access: STAFF,
      own: 'anyone',
      licence: true,
      repeatable: true,
      input: z.object({ sessionId, device, hours: z.number().int().min(1).max(8760) }),
      output: seatView,
      errors: [
        ...LICENCE_CODES,
        ...SESSION_CODES,
        'BORROW_REFUSED',
        'BORROW_TOO_LONG',
        'BORROW_LIMIT',
        'SIGNING_UNAVAILABLE',
      ],
    }),
    return: operation({
      method: 'POST',
      path: '/api/v1/licenses/return',
      summary: 'Return a borrowed seat early',
      description:
        'The session goes on with heartbeats. The token that was borrowed must be deleted by the client.',
      access: STAFF,
      own: 'anyone',
      licence: true,
      repeatable: true,
      input: z.object({ sessionId, device }),
      output: seatView,
      errors: [...LICENCE_CODES, ...SESSION_CODES],
    }),
  },
});

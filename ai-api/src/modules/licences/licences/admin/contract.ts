import { z } from 'zod';
import { operation, resource } from '../../../../contract/operation.ts';
import { id, listOf, MAX_INTEGER, page, prose, reason, timestamp } from '../../../../contract/schemas.ts';
import { policySchema } from '../schema.ts';
import { LICENCE_STATES } from '../states.ts';

const readers = ['admin', 'executive', 'ops', 'readonly'] as const;
const admins = ['admin'] as const;

const code = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,63}$/, 'must be lower case words joined by hyphens')
  .describe('Code, such as drawing-pro');
const entitlements = z.array(code).max(100);

const productView = z
  .object({
    productId: id,
    code: z.string(),
    name: z.string(),
    entitlements: z.array(z.string()),
    createdAt: timestamp,
  })
  .meta({ id: 'LicenceProduct' });

export const licenceProduct = resource({
  id: 'licenceProduct',
  name: 'Licence Product',
  description: 'Products that licences are issued for, with the features that they may include.',
  locate: { operation: 'list', id: 'productId', shown: ['name', 'code'] },
  operations: {
    list: operation({
      method: 'GET',
      path: '/api/v1/licenses/products',
      summary: 'List products',
      access: readers,
      list: true,
      input: z.object({ ...page }),
      output: listOf(productView),
    }),
    create: operation({
      method: 'POST',
      path: '/api/v1/licenses/products',
      summary: 'Create a product',
      access: admins,
      status: 201,
      input: z.object({ code, name: prose(1, 100), entitlements: entitlements.default([]) }),
      output: productView,
      errors: ['CONFLICT'],
    }),
    update: operation({
      method: 'PATCH',
      path: '/api/v1/licenses/products/{productId}',
      summary: 'Change the name or the features of a product',
      access: admins,
      input: z.object({
        productId: id,
        name: prose(1, 100).optional(),
        entitlements: entitlements.optional(),
      }),
      output: productView,
      errors: ['NOT_FOUND'],
    }),
  },
});

const licenceView = z
  .object({
    licenceId: id,
    version: z.number().int(),
    name: z.string(),
    product: z.object({ productId: id, code: z.string(), name: z.string() }),
    keyPrefix: z.string().describe('Public part of the key; the key itself is not stored'),
    maxSeats: z.number().int(),
    entitlements: z.array(z.string()),
    policy: policySchema,
    versionFrom: z.string().nullable(),
    versionTo: z.string().nullable().describe('Newest version of the product that it covers'),
    state: z.enum([...LICENCE_STATES, 'expired']),
    startsAt: timestamp.nullable(),
    expiresAt: timestamp.nullable(),
    seatsUsed: z.number().int().describe('As last stored; `seat.status` reads the live number'),
    createdAt: timestamp,
  })
  .meta({ id: 'Licence' });

const version = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,9}){0,3}$/, 'must be a version such as 4.2')
  .nullable();
const maxSeats = z.number().int().min(1).max(1_000_000);
const withKey = licenceView.extend({
  licenseKey: z.string().describe('Shown once; only its hash is stored'),
});
const seen = {
  licenceId: id,
  version: z.number().int().min(1).max(MAX_INTEGER).describe('Version that you saw'),
};

const transition = (path: string, summary: string, description: string) =>
  operation({
    method: 'POST',
    path: `/api/v1/licenses/{licenceId}/${path}`,
    summary,
    description,
    access: admins,
    input: z.object({ ...seen, reason }),
    output: licenceView,
    errors: ['NOT_FOUND', 'CONFLICT'],
    hints: { reason: { multiline: true } },
  });

export const licence = resource({
  id: 'licence',
  name: 'Licence',
  description: 'Licences with their seats, terms and policy.',
  locate: { operation: 'list', id: 'licenceId', shown: ['name', 'keyPrefix', 'state'] },
  operations: {
    list: operation({
      method: 'GET',
      path: '/api/v1/licenses',
      summary: 'List licences, newest first',
      access: readers,
      list: true,
      input: z.object({
        productId: id.optional(),
        state: z.enum([...LICENCE_STATES, 'expired']).optional(),
        ...page,
      }),
      output: listOf(licenceView),
    }),
    get: operation({
      method: 'GET',
      path: '/api/v1/licenses/{licenceId}',
      summary: 'Get a licence',
      access: readers,
      input: z.object({ licenceId: id }),
      output: licenceView,
      errors: ['NOT_FOUND'],
    }),
    create: operation({
      method: 'POST',
      path: '/api/v1/licenses',
      summary: 'Issue a licence',
      access: admins,
      quota: { of: 'seats', by: 'handler' },
      status: 201,
      input: z.object({
        productId: id,
        name: prose(1, 100).describe('What people know it by, such as Design team'),
        maxSeats,
        entitlements: entitlements.default([]),
        versionFrom: version.optional(),
        versionTo: version.optional(),
        startsAt: timestamp.nullable().optional(),
        expiresAt: timestamp.nullable().optional().describe('Never by default'),
        policy: policySchema.prefault({}),
      }),
      output: withKey,
      errors: ['NOT_FOUND'],
    }),
    update: operation({
      method: 'PATCH',
      path: '/api/v1/licenses/{licenceId}',
      summary: 'Change seats, features or policy of a licence',
      description:
        'With fewer seats than are in use no session is evicted, and none is admitted until some end.',
      access: admins,
      quota: { of: 'seats', by: 'handler' },
      input: z.object({
        ...seen,
        name: prose(1, 100).optional(),
        maxSeats: maxSeats.optional(),
        entitlements: entitlements.optional(),
        versionFrom: version.optional(),
        versionTo: version.optional(),
        policy: policySchema.optional().describe('Replaces the whole policy'),
      }),
      output: licenceView,
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    suspend: transition(
      'suspend',
      'Suspend a licence',
      'Seats end at once. Borrowed tokens remain valid to the end of the borrowing.',
    ),
    reinstate: transition('reinstate', 'Reinstate a suspended licence', 'Clients acquire new sessions.'),
    revoke: transition('revoke', 'Revoke a licence for good', 'Cannot be undone. Seats end at once.'),
    renew: operation({
      method: 'POST',
      path: '/api/v1/licenses/{licenceId}/renew',
      summary: 'Renew a licence to a later date',
      access: admins,
      quota: { of: 'seats', by: 'handler' },
      input: z.object({ ...seen, expiresAt: timestamp.nullable().describe('Null for no end') }),
      output: licenceView,
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    rotateKey: operation({
      method: 'POST',
      path: '/api/v1/licenses/{licenceId}/key',
      summary: 'Replace the key of a licence',
      description: 'The old key stops working within half a minute; sessions go on.',
      access: admins,
      input: z.object({ ...seen }),
      output: withKey,
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    file: operation({
      method: 'POST',
      path: '/api/v1/licenses/{licenceId}/file',
      summary: 'Export a signed licence file for a device that is never online',
      description:
        'Takes a seat as borrowed until the end of the file. The file is a token and the keys to verify it with.',
      access: admins,
      input: z.object({
        licenceId: id,
        device: z.string().min(8).max(200).describe('Fingerprint of the device'),
        hours: z.number().int().min(1).max(8760),
      }),
      output: z
        .object({ sessionId: id, expiresAt: timestamp, fileName: z.string(), content: z.string() })
        .meta({ id: 'LicenceFile' }),
      errors: [
        'NOT_FOUND',
        'NO_SEATS',
        'SEATS_RESERVED',
        'LICENSE_SUSPENDED',
        'LICENSE_REVOKED',
        'LICENSE_EXPIRED',
        'LICENSE_NOT_STARTED',
        'DEVICE_BLOCKED',
        'BORROW_REFUSED',
        'BORROW_TOO_LONG',
        'BORROW_LIMIT',
        'SEATS_UNAVAILABLE',
        'SIGNING_UNAVAILABLE',
      ],
    }),
    devices: operation({
      method: 'GET',
      path: '/api/v1/licenses/{licenceId}/devices',
      summary: 'List the devices of a licence, the last used first',
      access: readers,
      list: true,
      input: z.object({ licenceId: id, ...page }),
      output: listOf(
        z
          .object({
            device: z.string().describe('Salted hash of the fingerprint'),
            user: z.string().nullable().describe('User of its last session'),
            sessions: z.number().int(),
            lastAt: timestamp,
            blocked: z.boolean(),
          })
          .meta({ id: 'LicenceDevice' }),
      ),
      errors: ['NOT_FOUND'],
    }),
    blockDevice: operation({
      method: 'POST',
      path: '/api/v1/licenses/{licenceId}/devices/block',
      summary: 'Block or unblock a device',
      description: 'Its sessions are evicted when it is blocked.',
      access: admins,
      input: z.object({
        licenceId: id,
        device: z.string().max(100).describe('Salted hash, from the list of devices'),
        blocked: z.boolean(),
        reason,
      }),
      output: z.object({ device: z.string(), blocked: z.boolean() }).meta({ id: 'LicenceDeviceBlock' }),
      errors: ['NOT_FOUND', 'SEATS_UNAVAILABLE'],
      hints: { reason: { multiline: true } },
    }),
  },
});

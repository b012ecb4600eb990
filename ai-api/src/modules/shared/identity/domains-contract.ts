import { z } from 'zod';
import { operation, ROLES, resource } from '../../../contract/operation.ts';
import { listOf, page, timestamp } from '../../../contract/schemas.ts';

const access = ['admin'] as const;

/** A domain as it is stored: in lower case, in the letters of DNS. */
export const domainName = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(
    /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/,
    'must be a domain such as example.com',
  )
  .meta({ example: 'sample-company.example' });

const domainView = z
  .object({
    domain: z.string(),
    roles: z.array(z.enum(ROLES)).describe('Of people who join by it'),
    verifiedBy: z
      .enum(['dns', 'administrator'])
      .nullable()
      .describe('Null while it is not verified: no one can join by it'),
    verifiedAt: timestamp.nullable(),
    record: z
      .object({ type: z.literal('TXT'), name: z.string(), value: z.string() })
      .describe('The DNS record that proves that the domain belongs to the company'),
    createdAt: timestamp,
  })
  .meta({ id: 'EmailDomain' });

const roles = z
  .array(z.enum(ROLES).exclude(['admin']))
  .min(1)
  .default(['readonly'])
  .describe('Roles of people who join; administrators are invited by name');

export const domain = resource({
  id: 'domain',
  name: 'E-mail domain',
  description: 'E-mail domains of the company: people who sign in with a verified address of one join it.',
  operations: {
    list: operation({
      method: 'GET',
      path: '/domains',
      summary: 'List e-mail domains',
      access,
      list: true,
      input: z.object({ ...page }),
      output: listOf(domainView),
    }),
    add: operation({
      method: 'POST',
      path: '/domains',
      summary: 'Add an e-mail domain',
      description:
        'It has no effect until it is verified: set the TXT record of the response at the DNS of the domain, then verify. ' +
        'Adding it again changes the roles.',
      access,
      status: 201,
      input: z.object({ domain: domainName, roles }),
      output: domainView,
      errors: ['CONFLICT'],
    }),
    verify: operation({
      method: 'POST',
      path: '/domains/{domain}/verify',
      summary: 'Verify an e-mail domain',
      description:
        'Looks for the TXT record. Where the installation has one company only, an administrator can confirm it.',
      access,
      input: z.object({
        domain: domainName,
        by: z
          .enum(['dns', 'administrator'])
          .default('dns')
          .describe('dns looks for the record; administrator confirms it without the record'),
      }),
      output: domainView,
      errors: ['NOT_FOUND', 'CONFLICT', 'DOMAIN_NOT_VERIFIED', 'SERVICE_UNAVAILABLE'],
    }),
    remove: operation({
      method: 'DELETE',
      path: '/domains/{domain}',
      summary: 'Remove an e-mail domain',
      description: 'New people can no longer join by it. Existing users keep their access.',
      access,
      status: 204,
      input: z.object({ domain: domainName }),
      output: z.void(),
      errors: ['NOT_FOUND'],
    }),
  },
});

import { z } from 'zod';
import { person } from '../../../contract/accounts.ts';
import { operation, ROLES, resource } from '../../../contract/operation.ts';
import { id } from '../../../contract/schemas.ts';
import { auth } from './auth-contract.ts';
import { domain } from './domains-contract.ts';
import { apiKey } from './keys-contract.ts';
import { user } from './users-contract.ts';

export const identity = resource({
  id: 'identity',
  name: 'Identity',
  description: 'Who a credential belongs to.',
  operations: {
    whoami: operation({
      method: 'GET',
      path: '/whoami',
      summary: 'Get the identity of the caller',
      description:
        'Returns the company, the API key, the person and their permissions. Useful to test a credential.',
      access: ROLES,
      own: 'anyone',
      input: z.object({}),
      output: z
        .object({
          tenantId: id,
          tenant: z.string(),
          keyName: z.string().nullable().describe('Null where a person came without a key'),
          user: person.nullable().describe('The person who is signed in, or whom the key acts for'),
          roles: z.array(z.enum(ROLES)),
          scopes: z.array(z.string()),
        })
        .meta({ id: 'Caller' }),
    }),
  },
});

/** What this module offers. */
export const contract = { identity, user, domain, apiKey, auth };

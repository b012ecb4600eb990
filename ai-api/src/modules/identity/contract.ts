import { z } from 'zod';
import { operation, ROLES, resource } from '../../contract/operation.ts';
import { id } from '../../contract/schemas.ts';

export const identity = resource({
  id: 'identity',
  name: 'Identity',
  description: 'Who a credential belongs to.',
  operations: {
    whoami: operation({
      method: 'GET',
      path: '/whoami',
      summary: 'Tell who is calling',
      description: 'Answers the tenant, name and roles of the API key. Good as a credential test.',
      access: ROLES,
      input: z.object({}),
      output: z
        .object({ tenantId: id, tenant: z.string(), keyName: z.string(), roles: z.array(z.enum(ROLES)) })
        .meta({ id: 'Caller' }),
    }),
  },
});

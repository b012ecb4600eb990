import { z } from 'zod';
import { operation, ROLES, resource } from '../../../contract/operation.ts';
import { id, listOf, page, timestamp } from '../../../contract/schemas.ts';
import { scope } from '../../../contract/scopes.ts';

const access = ['admin'] as const;
const keyId = id.describe('The key');

const key = z
  .object({
    keyId: id,
    name: z.string(),
    prefix: z.string().describe('The first part of the key, which may be shown'),
    roles: z.array(z.enum(ROLES)),
    scopes: z.array(z.string()),
    createdAt: timestamp,
    createdBy: z.string().nullable(),
    expiresAt: timestamp.nullable(),
    lastUsedAt: timestamp.nullable().describe('To within five minutes'),
    previousValidUntil: timestamp
      .nullable()
      .describe('Until then the key from before its rotation works too'),
    revokedAt: timestamp.nullable(),
  })
  .meta({ id: 'ApiKey' });

const secret = z.string().describe('The whole key; returned only once, here');

export const apiKey = resource({
  id: 'apiKey',
  name: 'API Key',
  description: 'Service keys: what programs such as n8n and ToolJet call the API with.',
  operations: {
    list: operation({
      method: 'GET',
      path: '/api-keys',
      summary: 'List API keys',
      access,
      list: true,
      input: z.object({ ...page }),
      output: listOf(key),
    }),
    create: operation({
      method: 'POST',
      path: '/api-keys',
      summary: 'Create an API key',
      description:
        'The key is returned only once. It cannot have a role that its creator does not have. The scope `act-as` lets it name a ' +
        'person in `AI-Manager-Acting-For`, `decide` lets it decide about people in their name (for dashboards only), `mcp:write` lets it change something through MCP.',
      access,
      status: 201,
      input: z.object({
        name: z.string().trim().min(1).max(100).describe('What uses it'),
        roles: z.array(z.enum(ROLES)).min(1),
        scopes: z
          .array(scope)
          .min(1)
          .max(50)
          .default(['*'])
          .describe(
            '`*`, `read`, resources such as `evaluation` or `evaluation:read`, `act-as`, `decide` and `mcp:write`',
          ),
        expiresAt: timestamp.optional().describe('Defaults to never'),
      }),
      output: key.extend({ key: secret }).meta({ id: 'CreatedApiKey' }),
      composable: false,
    }),
    rotate: operation({
      method: 'POST',
      path: '/api-keys/{keyId}/rotate',
      summary: 'Replace the secret of an API key',
      description:
        'The old key keeps working during the overlap, so that programs can be switched to the new one.',
      access,
      input: z.object({
        keyId,
        overlapHours: z
          .number()
          .int()
          .min(0)
          .max(720)
          .default(24)
          .describe('How long the old secret still works'),
      }),
      output: key.extend({ key: secret }).meta({ id: 'RotatedApiKey' }),
      errors: ['NOT_FOUND', 'CONFLICT'],
      composable: false,
    }),
    revoke: operation({
      method: 'DELETE',
      path: '/api-keys/{keyId}',
      summary: 'Revoke an API key',
      description: 'Immediate and permanent. Its name stays in the list and in the audit trail.',
      access,
      input: z.object({ keyId }),
      output: key,
      errors: ['NOT_FOUND'],
    }),
  },
});

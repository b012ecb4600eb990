import { z } from 'zod';
import { account, email, newPassword, STATUSES } from '../../../contract/accounts.ts';
import { operation, ROLES, resource } from '../../../contract/operation.ts';
import { id, listOf, page, timestamp } from '../../../contract/schemas.ts';

const access = ['admin'] as const;
const userId = id.describe('The person');
const name = z.string().trim().min(1).max(200);
const roles = z.array(z.enum(ROLES)).min(1).describe('What they may do');

const externalAccount = {
  issuer: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .describe('The system of the account: tooljet, or the issuer of a sign-in elsewhere'),
  subject: z.string().trim().min(1).max(255).describe('Id of the account there; never an e-mail address'),
};

const invitation = z
  .object({ token: z.string(), expiresAt: timestamp })
  .describe('For POST /auth/invitation; returned only once, here');

export const user = resource({
  id: 'user',
  name: 'User',
  description: 'The people who may sign in, and whom a service key may act for.',
  operations: {
    list: operation({
      method: 'GET',
      path: '/users',
      summary: 'List users',
      access,
      list: true,
      reveals: { what: 'account', purpose: 'administration', of: [{ list: 'items', user: 'userId' }] },
      input: z.object({
        status: z.enum(STATUSES).optional(),
        role: z.enum(ROLES).optional(),
        search: z.string().max(100).optional().describe('Part of a name or e-mail address'),
        ...page,
      }),
      output: listOf(account),
    }),
    get: operation({
      method: 'GET',
      path: '/users/{userId}',
      summary: 'Get a user',
      access,
      reveals: { what: 'account', purpose: 'administration', of: [{ user: 'userId' }] },
      input: z.object({ userId }),
      output: account,
      errors: ['NOT_FOUND'],
    }),
    create: operation({
      method: 'POST',
      path: '/users',
      summary: 'Create or invite a user',
      description:
        'With a password the person can sign in at once. Without one they are invited: by the token of the answer ' +
        'they set a password, or they sign in where their e-mail address is verified.',
      access,
      quota: { of: 'members', by: 'handler' },
      status: 201,
      input: z.object({
        email: email.describe('Identifies the person; unique in the company'),
        name,
        roles,
        password: newPassword.optional().describe('At least 12 characters; without one, the user is invited'),
      }),
      output: account.extend({ invitation: invitation.nullable() }).meta({ id: 'CreatedUser' }),
      errors: ['CONFLICT'],
      composable: false,
    }),
    invite: operation({
      method: 'POST',
      path: '/users/{userId}/invitation',
      summary: 'Invite a user again',
      description:
        'With the token of the response the person sets a new password. Also for forgotten passwords.',
      access,
      input: z.object({ userId }),
      output: account.extend({ invitation }).meta({ id: 'InvitedUser' }),
      errors: ['NOT_FOUND', 'CONFLICT'],
      composable: false,
    }),
    update: operation({
      method: 'PATCH',
      path: '/users/{userId}',
      summary: 'Change what a user may do',
      description:
        'New roles apply from the next request on. A disabled user is signed out everywhere immediately.',
      access,
      quota: { of: 'members', by: 'handler' },
      input: z.object({
        userId,
        name: name.optional(),
        roles: roles.optional(),
        status: z.enum(['active', 'disabled']).optional(),
      }),
      output: account,
      errors: ['NOT_FOUND', 'CONFLICT', 'LAST_ADMIN'],
    }),
    link: operation({
      method: 'POST',
      path: '/users/{userId}/link',
      summary: 'Link a user with their account elsewhere',
      description:
        'From then on the account represents the person: a service key with `act-as` may name it in ' +
        '`AI-Manager-Acting-For`, such as `tooljet:<id>`. An account represents one person only.',
      access,
      input: z.object({ userId, ...externalAccount }),
      output: account,
      errors: ['NOT_FOUND', 'CONFLICT'],
    }),
    unlink: operation({
      method: 'POST',
      path: '/users/{userId}/unlink',
      summary: 'End the link of a user with an account elsewhere',
      access,
      input: z.object({ userId, ...externalAccount }),
      output: account,
      errors: ['NOT_FOUND'],
    }),
    signOut: operation({
      method: 'POST',
      path: '/users/{userId}/sign-out',
      summary: 'Sign a user out everywhere',
      access,
      input: z.object({ userId }),
      output: z.object({ userId: id, ended: z.number().int() }).meta({ id: 'SignedOut' }),
      errors: ['NOT_FOUND'],
    }),
  },
});

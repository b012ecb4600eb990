import { z } from 'zod';
import { email, newCompany, signedIn, account as user } from '../../../contract/accounts.ts';
import { operation, ROLES, resource } from '../../../contract/operation.ts';
import { id } from '../../../contract/schemas.ts';

const access = ['admin'] as const;
const composable = false;
const registered = z.object({ message: z.string() }).meta({ id: 'Registered' });
const name = z.string().trim().min(1).max(200);

export const invitation = resource({
  id: 'invitation',
  name: 'Invitation',
  description: 'Invites people by e-mail: the link lets them set a password, once, for seven days.',
  operations: {
    send: operation({
      method: 'POST',
      path: '/invitations',
      summary: 'Invite a person by e-mail',
      description:
        'Creates the user. The e-mail has a link to a page where they set a password, or sign in where their address is ' +
        'verified. The secret of the link is in the e-mail only.',
      access,
      quota: { of: 'members', by: 'handler' },
      status: 201,
      input: z.object({
        email: email.describe('Identifies the person; unique in the company'),
        name,
        roles: z.array(z.enum(ROLES)).min(1).describe('What they may do'),
      }),
      output: user,
      errors: ['CONFLICT', 'SIGN_IN_REFUSED'],
    }),
    resend: operation({
      method: 'POST',
      path: '/invitations/{userId}/resend',
      summary: 'E-mail a new link',
      description: 'Also for forgotten passwords. The links before it stop working.',
      access,
      input: z.object({ userId: id.describe('The person') }),
      output: user,
      errors: ['NOT_FOUND', 'CONFLICT', 'SIGN_IN_REFUSED'],
    }),
  },
});

export const account = resource({
  id: 'account',
  name: 'Account',
  description: 'Signing up and in with an e-mail address.',
  operations: {
    register: operation({
      method: 'POST',
      path: '/api/v1/auth/register',
      summary: 'Sign up with an e-mail address',
      description:
        'An e-mail with a link is sent: to join the company that has verified the domain of the address; to set a new ' +
        'password where the address has an account; or to open a company, where the installation allows it (`SIGN_UP`). ' +
        'The response is the same in any case: it does not say who has an account.',
      access: 'public',
      status: 202,
      input: z.object({
        email,
        name,
        company: newCompany
          .optional()
          .describe('Name of the company to open; the page of the link asks for it too'),
      }),
      output: registered,
      errors: ['SIGN_IN_REFUSED', 'CSRF_REFUSED', 'SERVICE_UNAVAILABLE'],
      composable,
    }),
    forgotPassword: operation({
      method: 'POST',
      path: '/api/v1/auth/forgotten-password',
      summary: 'Send a link to set a new password',
      description:
        'To everyone who has a password here: the link works once, for an hour, and setting the password ends all sessions. ' +
        'The response is the same in any case.',
      access: 'public',
      status: 202,
      input: z.object({ email }),
      output: registered,
      errors: ['SIGN_IN_REFUSED', 'CSRF_REFUSED', 'SERVICE_UNAVAILABLE'],
      composable,
    }),
    login: operation({
      method: 'POST',
      path: '/api/v1/auth/login',
      summary: 'Sign in for tokens',
      description: 'The same as POST /auth/login with `"use": "tokens"`.',
      access: 'public',
      input: z.object({
        email,
        password: z.string().min(1).max(200),
        tenant: z.string().max(100).optional().describe('Name of the company; defaults to the first one'),
      }),
      output: signedIn,
      errors: ['UNAUTHENTICATED', 'SIGN_IN_REFUSED', 'CSRF_REFUSED', 'SERVICE_UNAVAILABLE'],
      composable,
    }),
  },
});

/** What this module offers. */
export const contract = { invitation, account };

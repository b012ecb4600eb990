import { z } from 'zod';
import { email, newPassword, person, signedIn, tokens } from '../../../contract/accounts.ts';
import { operation, ROLES, resource } from '../../../contract/operation.ts';
import { id, timestamp } from '../../../contract/schemas.ts';

const use = z
  .enum(['session', 'tokens'])
  .default('session')
  .describe('A cookie for a browser, or tokens for a program');
const password = z.string().min(1).max(200);
const own = 'anyone';
const composable = false;

export const auth = resource({
  id: 'auth',
  name: 'Sign-in',
  description: 'Signing in and out, tokens, and the sessions of the caller.',
  operations: {
    providers: operation({
      method: 'GET',
      path: '/auth/providers',
      summary: 'List where people can sign in',
      access: 'public',
      input: z.object({}),
      output: z
        .object({
          password: z.boolean(),
          providers: z.array(z.object({ id: z.string(), label: z.string(), startUrl: z.string() })),
        })
        .meta({ id: 'SignInProviders' }),
      composable,
    }),
    login: operation({
      method: 'POST',
      path: '/auth/login',
      summary: 'Sign in with a password',
      access: 'public',
      input: z.object({
        email,
        password,
        tenant: z.string().max(100).optional().describe('Name of the company; defaults to the first one'),
        use,
      }),
      output: signedIn,
      errors: ['UNAUTHENTICATED', 'SIGN_IN_REFUSED', 'CSRF_REFUSED', 'SERVICE_UNAVAILABLE'],
      composable,
    }),
    acceptInvitation: operation({
      method: 'POST',
      path: '/auth/invitation',
      summary: 'Set a password by an invitation, and sign in',
      access: 'public',
      input: z.object({ token: z.string().min(1).max(200), password: newPassword, use }),
      output: signedIn,
      errors: ['UNAUTHENTICATED', 'SIGN_IN_REFUSED', 'CSRF_REFUSED', 'SERVICE_UNAVAILABLE'],
      composable,
    }),
    refresh: operation({
      method: 'POST',
      path: '/auth/refresh',
      summary: 'Get new tokens for a refresh token',
      description:
        'A refresh token works once. When it comes a second time, everything that followed it ends.',
      access: 'public',
      input: z.object({ refreshToken: z.string().min(1).max(200) }),
      output: tokens,
      errors: ['UNAUTHENTICATED'],
      composable,
    }),
    logout: operation({
      method: 'POST',
      path: '/auth/logout',
      summary: 'Sign out',
      description: 'Ends the session whose cookie or access token the request carries.',
      access: ROLES,
      own,
      status: 204,
      input: z.object({}),
      output: z.void(),
      composable,
    }),
    session: operation({
      method: 'GET',
      path: '/auth/session',
      summary: 'Get the signed-in person',
      access: ROLES,
      own,
      input: z.object({}),
      output: z
        .object({
          user: person,
          roles: z.array(z.enum(ROLES)),
          sessionId: id.nullable(),
          csrfToken: z.string().nullable().describe('Of a browser session'),
        })
        .meta({ id: 'SessionOfPerson' }),
      composable,
    }),
    listSessions: operation({
      method: 'GET',
      path: '/auth/sessions',
      summary: 'List your sessions',
      access: ROLES,
      own,
      input: z.object({}),
      output: z.object({
        items: z.array(
          z.object({
            sessionId: id,
            kind: z.enum(['browser', 'token']),
            provider: z.string(),
            userAgent: z.string().nullable(),
            createdAt: timestamp,
            lastSeenAt: timestamp,
            isCurrent: z.boolean(),
          }),
        ),
      }),
      composable,
    }),
    endSession: operation({
      method: 'DELETE',
      path: '/auth/sessions/{sessionId}',
      summary: 'End one of your sessions',
      access: ROLES,
      own,
      status: 204,
      input: z.object({ sessionId: id }),
      output: z.void(),
      errors: ['NOT_FOUND'],
      composable,
    }),
    changePassword: operation({
      method: 'POST',
      path: '/auth/password',
      summary: 'Change your password',
      description: 'Every other session of yours ends.',
      access: ROLES,
      own,
      status: 204,
      input: z.object({ currentPassword: password, newPassword }),
      output: z.void(),
      errors: ['UNAUTHENTICATED', 'SERVICE_UNAVAILABLE'],
      composable,
    }),
  },
});

import { expect } from 'vitest';
import { type Step, step } from './step.ts';

const PASSWORD = 'a password of the tour';
const NEXT_PASSWORD = 'another password of the tour';
const at = (name: string) => `${name}@sample-company.example`;

/** Who acts in the tour. The first two are builders of the sample company. */
export const PERSON = {
  quill: at('quill.marrow'),
  bramble: at('bramble.fogharbour'),
  executive: at('executive'),
  lead: at('lead'),
  second: at('second'),
} as const;

const bearer = (said: Parameters<Step['input']>[0]) => ({
  bearer: said('auth.login').tokens?.accessToken ?? '',
});

/** People, keys and sessions. */
export const identity: Step[] = [
  step('identity.whoami', {}, { shows: { keyName: 'bootstrap', user: null } }),
  ...(
    [
      ['quill', ['builder']],
      ['bramble', ['builder']],
      ['executive', ['executive']],
      ['lead', ['reviewer']],
      ['second', ['reviewer', 'ops']],
    ] as const
  ).map(([name, roles]) =>
    step(
      'user.create',
      // A password takes a second to be digested.
      {
        email: PERSON[name],
        name: `The ${name}`,
        roles: [...roles],
        ...(name === 'lead' ? { password: PASSWORD } : {}),
      },
      { name, shows: { status: name === 'lead' ? 'active' : 'invited' } },
    ),
  ),
  ...(['quill', 'bramble', 'executive', 'second'] as const).map((name) =>
    step('user.update', (said) => ({ userId: said('user.create', name).userId, status: 'active' as const }), {
      shows: { status: 'active' },
    }),
  ),
  step('user.create', { email: at('guest'), name: 'A guest', roles: ['readonly'] }, { name: 'guest' }),
  step('user.invite', (said) => ({ userId: said('user.create', 'guest').userId })),
  step(
    'auth.acceptInvitation',
    (said) => ({ token: said('user.invite').invitation.token, password: PASSWORD, use: 'tokens' as const }),
    { shows: { user: { email: at('guest') }, session: null } },
  ),
  step('user.list', { role: 'reviewer', search: 'lead' }, { shows: { items: [{ email: PERSON.lead }] } }),
  step('user.get', (said) => ({ userId: said('user.create', 'quill').userId }), {
    shows: { builderId: 'b-0001' },
  }),
  step(
    'user.update',
    (said) => ({ userId: said('user.create', 'guest').userId, name: 'The guest', roles: ['ops' as const] }),
    { shows: { name: 'The guest', roles: ['ops'] } },
  ),
  step(
    'user.link',
    (said) => ({ userId: said('user.create', 'guest').userId, issuer: 'tooljet', subject: 'tj-1' }),
    { shows: { issuers: ['tooljet'] } },
  ),
  step(
    'user.unlink',
    (said) => ({ userId: said('user.create', 'guest').userId, issuer: 'tooljet', subject: 'tj-1' }),
    { shows: { issuers: [] } },
  ),
  step('user.signOut', (said) => ({ userId: said('user.create', 'guest').userId }), { shows: { ended: 1 } }),
  step('auth.providers', {}, { shows: { password: true } }),
  step('auth.login', { email: PERSON.lead, password: PASSWORD, use: 'tokens' }),
  step('auth.refresh', (said) => ({ refreshToken: said('auth.login').tokens?.refreshToken ?? '' }), {
    shows: { tokenType: 'Bearer' },
  }),
  step('auth.session', {}, { as: bearer, shows: { user: { email: PERSON.lead }, roles: ['reviewer'] } }),
  step('auth.login', { email: PERSON.lead, password: PASSWORD, use: 'tokens' }),
  step('auth.listSessions', {}, { as: bearer }),
  step(
    'auth.endSession',
    (said) => ({
      sessionId: said('auth.listSessions').items.find(({ isCurrent }) => !isCurrent)?.sessionId ?? '',
    }),
    { as: bearer },
  ),
  step('auth.changePassword', { currentPassword: PASSWORD, newPassword: NEXT_PASSWORD }, { as: bearer }),
  step('auth.logout', {}, { as: bearer }),
  step('apiKey.create', { name: 'n8n of the tour', roles: ['ops'], scopes: ['evaluation', 'read'] }),
  step('apiKey.rotate', (said) => ({ keyId: said('apiKey.create').keyId, overlapHours: 1 })),
  step('apiKey.list', { limit: 10 }),
  step('apiKey.revoke', (said) => ({ keyId: said('apiKey.create').keyId }), {
    shows: (said) => ({ keyId: said('apiKey.create').keyId, revokedAt: expect.any(String) }),
  }),
];

import { expect } from 'vitest';
import { type Step, step } from './step.ts';

const PASSWORD = 'a password of the steps';
const NEXT_PASSWORD = 'another password of the steps';
const at = (name: string) => `${name}@sample-company.example`;

/** The people who act in the steps. The first two are builders of the sample company. */
export const PERSON = {
  quill: at('quill.marrow'),
  bramble: at('bramble.fogharbour'),
  executive: at('executive'),
  lead: at('lead'),
  second: at('second'),
  deputy: at('deputy'),
} as const;

const bearer = (answerOf: Parameters<Step['input']>[0]) => ({
  bearer: answerOf('auth.login').tokens?.accessToken ?? '',
});

/** People, keys and sessions. */
export const identity: Step[] = [
  step('identity.whoami', {}, { matches: { keyName: 'bootstrap', user: null } }),
  ...(
    [
      ['quill', ['builder']],
      ['bramble', ['builder']],
      ['executive', ['executive']],
      ['lead', ['reviewer']],
      ['second', ['reviewer', 'ops']],
      ['deputy', ['executive']],
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
      { name, matches: { status: name === 'lead' ? 'active' : 'invited' } },
    ),
  ),
  ...(['quill', 'bramble', 'executive', 'second', 'deputy'] as const).map((name) =>
    step(
      'user.update',
      (answerOf) => ({ userId: answerOf('user.create', name).userId, status: 'active' as const }),
      {
        matches: { status: 'active' },
      },
    ),
  ),
  step('user.create', { email: at('guest'), name: 'A guest', roles: ['readonly'] }, { name: 'guest' }),
  step('user.invite', (answerOf) => ({ userId: answerOf('user.create', 'guest').userId })),
  step(
    'auth.acceptInvitation',
    (answerOf) => ({
      token: answerOf('user.invite').invitation.token,
      password: PASSWORD,
      use: 'tokens' as const,
    }),
    { matches: { user: { email: at('guest') }, session: null } },
  ),
  step('user.list', { role: 'reviewer', search: 'lead' }, { matches: { items: [{ email: PERSON.lead }] } }),
  step('user.get', (answerOf) => ({ userId: answerOf('user.create', 'quill').userId }), {
    matches: { builderId: 'b-0001' },
  }),
  step(
    'user.update',
    (answerOf) => ({
      userId: answerOf('user.create', 'guest').userId,
      name: 'The guest',
      roles: ['ops' as const],
    }),
    { matches: { name: 'The guest', roles: ['ops'] } },
  ),
  step(
    'user.link',
    (answerOf) => ({ userId: answerOf('user.create', 'guest').userId, issuer: 'tooljet', subject: 'tj-1' }),
    { matches: { issuers: ['tooljet'] } },
  ),
  step(
    'user.unlink',
    (answerOf) => ({ userId: answerOf('user.create', 'guest').userId, issuer: 'tooljet', subject: 'tj-1' }),
    { matches: { issuers: [] } },
  ),
  step('user.signOut', (answerOf) => ({ userId: answerOf('user.create', 'guest').userId }), {
    matches: { ended: 1 },
  }),
  step(
    'invitation.send',
    { email: at('invited'), name: 'The invited', roles: ['readonly'] },
    { matches: { status: 'invited' } },
  ),
  step('invitation.resend', (answerOf) => ({ userId: answerOf('invitation.send').userId })),
  step(
    'domain.add',
    { domain: 'sample-company.example', roles: ['builder'] },
    { matches: { verifiedAt: null } },
  ),
  step(
    'domain.verify',
    { domain: 'sample-company.example', by: 'administrator' },
    { matches: { verifiedBy: 'administrator' } },
  ),
  step('domain.list', {}, { matches: { items: [{ domain: 'sample-company.example' }] } }),
  step('account.register', { email: at('newcomer'), name: 'A newcomer' }),
  step('account.forgotPassword', { email: at('newcomer') }),
  step('domain.remove', { domain: 'sample-company.example' }),
  step('auth.providers', {}, { matches: { password: true } }),
  step('account.login', { email: PERSON.lead, password: PASSWORD }, { matches: { session: null } }),
  step('auth.login', { email: PERSON.lead, password: PASSWORD, use: 'tokens' }),
  step('auth.refresh', (answerOf) => ({ refreshToken: answerOf('auth.login').tokens?.refreshToken ?? '' }), {
    matches: { tokenType: 'Bearer' },
  }),
  step('auth.session', {}, { as: bearer, matches: { user: { email: PERSON.lead }, roles: ['reviewer'] } }),
  step('auth.login', { email: PERSON.lead, password: PASSWORD, use: 'tokens' }),
  step('auth.listSessions', {}, { as: bearer }),
  step(
    'auth.endSession',
    (answerOf) => ({
      sessionId: answerOf('auth.listSessions').items.find(({ isCurrent }) => !isCurrent)?.sessionId ?? '',
    }),
    { as: bearer },
  ),
  step('auth.changePassword', { currentPassword: PASSWORD, newPassword: NEXT_PASSWORD }, { as: bearer }),
  step('auth.logout', {}, { as: bearer }),
  step('apiKey.create', { name: 'n8n of the steps', roles: ['ops'], scopes: ['evaluation', 'read'] }),
  step('apiKey.rotate', (answerOf) => ({ keyId: answerOf('apiKey.create').keyId, overlapHours: 1 })),
  step('apiKey.list', { limit: 10 }),
  step('apiKey.revoke', (answerOf) => ({ keyId: answerOf('apiKey.create').keyId }), {
    matches: (answerOf) => ({ keyId: answerOf('apiKey.create').keyId, revokedAt: expect.any(String) }),
  }),
];

import { roleName, when } from './helpers.js';

/** People who may sign in, as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((user) => ({
      userId: user.userId,
      name: user.name,
      email: user.email,
      roles: user.roles.map(roleName).join(', '),
      status: user.status,
      ways: [...(user.hasPassword ? ['password'] : []), ...user.issuers].join(', ') || '—',
      invitation: invitationOf(user),
      seen: user.lastSignInAt ? when(user.lastSignInAt) : 'never',
    })),
  };
}

/** The delivery of the e-mail that invites a person. */
function invitationOf({ status, invitationError, invitationSentAt, invitedUntil }) {
  if (invitationError) return `Not sent: ${invitationError}`;
  if (status !== 'invited') return '';
  if (invitedUntil && new Date(invitedUntil) < new Date()) return 'Expired';
  if (!invitationSentAt) return 'Not sent by e-mail yet';
  return `Sent ${when(invitationSentAt)}`;
}

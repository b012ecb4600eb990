import { when } from './helpers.js';

/** People who may sign in, as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((user) => ({
      userId: user.userId,
      name: user.name,
      email: user.email,
      roles: user.roles.join(', '),
      status: user.status,
      ways: [...(user.hasPassword ? ['password'] : []), ...user.issuers].join(', ') || '—',
      seen: user.lastSignInAt ? when(user.lastSignInAt) : 'never',
    })),
  };
}

import { roleName } from './helpers.js';

/** E-mail domains, as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map(({ domain, roles, verifiedAt, record }) => ({
      domain,
      roles: roles.map(roleName).join(', '),
      state: verifiedAt === null ? 'pending' : 'verified',
      record: `${record.type} ${record.name} "${record.value}"`,
    })),
  };
}

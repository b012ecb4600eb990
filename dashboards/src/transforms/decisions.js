import { when, withNames } from './helpers.js';

/** Questions to people as a table. */
export default function transform(data, { queries } = {}) {
  return {
    rows: (data?.items ?? []).map((one) => ({
      decisionId: one.decisionId,
      title: withNames(queries?.directory?.data?.names, one.title),
      status: one.status,
      approvers: one.approvers.map(({ email }) => email).join(', '),
      until: when(one.expiresAt),
    })),
  };
}

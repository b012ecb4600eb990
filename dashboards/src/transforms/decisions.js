import { when } from './helpers.js';

/** Questions to people as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((one) => ({
      decisionId: one.decisionId,
      title: one.title,
      status: one.status,
      approvers: one.approvers.map(({ email }) => email).join(', '),
      until: when(one.expiresAt),
    })),
  };
}

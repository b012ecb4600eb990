import { kindName } from './helpers.js';

/** Contests as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((one) => ({
      contestId: one.contestId,
      builder: one.builder.name,
      what: kindName(one.kind),
      result: one.result,
      state: one.isOverdue ? 'overdue' : one.state,
      due: one.dueAt.slice(0, 10),
    })),
  };
}

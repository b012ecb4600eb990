import { ago, count, when } from './helpers.js';

const span = (days) => (days === null ? 'for ever' : `${count(days)} days`);

/** For how long a kind is kept, and what waits. */
function keptFor(policy) {
  if (policy.days === policy.inForceDays) return span(policy.days);
  const next = policy.inForceFrom ? `from ${when(policy.inForceFrom)}` : 'after a dry run';
  return `${span(policy.inForceDays)}; ${span(policy.days)} ${next}`;
}

/** Kinds of data with how long they are kept. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((policy) => ({
      kind: policy.kind,
      title: policy.title,
      days: keptFor(policy),
      limits: policy.follows
        ? 'with the audit trail'
        : `${count(policy.minDays)} to ${count(policy.maxDays)} days`,
      plan: policy.planDays ? `${count(policy.planDays)} days` : 'no limit',
      ran: policy.ranAt ? `${count(policy.ranCount)} deleted ${ago(policy.ranAt)}` : '—',
      setBy: policy.setBy ?? '—',
    })),
  };
}

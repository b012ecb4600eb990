import { actorName, words } from './helpers.js';

const ACTIONS = { keep: 'Everything but secrets', redact: 'Only what was said', 'do-not-save': 'Nothing' };

/** What is saved of which repository and path. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((one) => ({
      policyId: one.policyId,
      scope: words(one.scope),
      pattern: one.pattern,
      action: ACTIONS[one.action],
      reason: one.reason ?? '—',
      by: actorName(one.createdBy),
    })),
  };
}

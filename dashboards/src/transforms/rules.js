import { actorName, kindName, when } from './helpers.js';

/** Rules as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((rule) => ({
      kind: rule.kind,
      kindName: kindName(rule.kind),
      key: rule.key,
      message: rule.message,
      when: rule.when,
      version: rule.version,
      state: rule.enabled ? (rule.inForce ? 'active' : `from ${when(rule.effectiveFrom)}`) : 'off',
      changed: `${actorName(rule.changedBy)}, ${when(rule.changedAt)}`,
    })),
  };
}

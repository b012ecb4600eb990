import { when } from './helpers.js';

/** Rules as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((rule) => ({
      kind: rule.kind,
      key: rule.key,
      message: rule.message,
      when: rule.when,
      version: rule.version,
      state: rule.enabled ? (rule.inForce ? 'in force' : `from ${when(rule.effectiveFrom)}`) : 'off',
      changed: `${rule.changedBy}, ${when(rule.changedAt)}`,
    })),
  };
}

import { actorName, kindName, when, words } from './helpers.js';

/** What judges people's weeks first, then their projects and requests. */
const ORDER = ['evaluation', 'project-evaluation', 'stage-gate', 'approval'];
const placeOf = ({ kind }) => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);

/** Rules as a table, or versions of one rule in their own order. */
export default function transform(data) {
  return {
    rows: [...(data?.items ?? [])]
      .sort((a, b) => placeOf(a) - placeOf(b))
      .map((rule) => ({
        title: words(rule.key),
        kind: rule.kind,
        kindName: kindName(rule.kind),
        key: rule.key,
        // The figures of a case are known only when it is judged.
        message: String(rule.message ?? '').replaceAll(/\{[\w.]+\}/g, '…'),
        when: rule.when,
        version: rule.version,
        state: rule.enabled ? (rule.inForce ? 'active' : `from ${when(rule.effectiveFrom)}`) : 'off',
        changed: `${actorName(rule.changedBy)}, ${when(rule.changedAt)}`,
      })),
  };
}

import { FUNCTIONS, type Kind, type RuleDefinition, type RuleRecord } from '../../../judgement/index.ts';

export function ruleView(row: RuleRecord, inForce: boolean) {
  return {
    kind: row.kind,
    ...(row.definition as unknown as RuleDefinition),
    version: row.version,
    enabled: row.enabled,
    effectiveFrom: row.effective_from.toISOString(),
    inForce,
    comment: row.comment,
    changedBy: row.created_by,
    changedAt: row.created_at.toISOString(),
  };
}

/** What a form for rules of a kind offers. */
export function kindView({ name, decides, criteria, vocabulary }: Kind) {
  return {
    kind: name,
    decides: decides ? { yes: decides.yes, no: decides.no } : null,
    criteria: criteria.map(({ id, title, question, weight, hard, reads }) => ({
      id,
      title,
      question,
      weight,
      hard: hard === true,
      reads: reads !== undefined,
    })),
    facts: Object.entries(vocabulary).flatMap(([group, fields]) =>
      Object.entries(fields).map(([field, { type, description, example, untrusted }]) => ({
        path: `${group}.${field}`,
        type,
        description,
        example,
        untrusted: untrusted === true,
      })),
    ),
    functions: [...FUNCTIONS],
  };
}

/** The fields in which two versions differ. */
export function diffOf(from: RuleRecord, to: RuleRecord) {
  const fieldsOf = (row: RuleRecord): Record<string, unknown> => ({
    ...(row.definition as object),
    enabled: row.enabled,
    effectiveFrom: row.effective_from.toISOString(),
  });
  const [before, after] = [fieldsOf(from), fieldsOf(to)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => before[field] !== after[field])
    .map((field) => ({ field, before: String(before[field] ?? ''), after: String(after[field] ?? '') }));
}

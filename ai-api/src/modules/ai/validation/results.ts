import { applyEdits, type Check, type Edit, type Found, type Span, type Subject } from './checks/check.ts';
import type { Rule } from './rule/schema.ts';

const MAX_SPANS = 50;

/** Half characters and NUL, which no database keeps, are replaced by a mark of the same length. */
export function storable(text: string): string {
  return text.replaceAll('\u0000', '\ufffd').toWellFormed();
}

/** What a rule found in a text. */
export interface RuleResult {
  rule: Rule;
  /** Null where it could not be found out. */
  passed: boolean | null;
  /** 0 to 1. */
  degree: number;
  /** What was asked and what is there, for people. */
  message: string;
  /** What it asks of the writer of the next text. */
  asks: string;
  /** Where the text fails, in its order; of a rule that passed, none. */
  spans: Span[];
  /** What would mend it; empty where nothing does. */
  edits: Edit[];
}

/** Runs a check and turns it round where the rule is negated. */
export function resultOf(rule: Rule, check: Check, subject: Subject): RuleResult {
  const found = check.run(subject);
  const passed = found.holds === null ? null : found.holds !== rule.not;
  const { found: there = [], spans: wrong = [] } = found;
  const spans = passed === false ? (rule.not ? there : wrong) : [];
  const edits = passed === false ? editsOf(rule, check, subject, found) : [];
  const asks = rule.not ? `not: ${check.asks}` : check.asks;
  return {
    rule,
    passed,
    degree: degreeOf(rule, found, passed),
    asks,
    message: storable(rule.message ?? `Asked for: ${asks}. ${found.says}`),
    spans: spans.toSorted((a, b) => a.start - b.start).slice(0, MAX_SPANS),
    edits: isChange(subject.text, edits) ? edits : [],
  };
}

function editsOf(
  rule: Rule,
  { removal }: Check,
  subject: Subject,
  { edits = [], found = [] }: Found,
): Edit[] {
  return rule.not ? (removal?.(subject, found) ?? []) : [...edits];
}

function degreeOf(rule: Rule, { degree }: Found, passed: boolean | null): number {
  if (passed !== false) return passed === null ? 0 : 1;
  return rule.not ? 0 : (degree ?? 0);
}

function isChange(text: string, edits: readonly Edit[]): boolean {
  return edits.length > 0 && applyEdits(text, edits) !== text;
}

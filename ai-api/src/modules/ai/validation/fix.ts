import { applyEdits, type Subject } from './checks/check.ts';
import { partsOf } from './checks/parts.ts';
import type { CompiledRules } from './compile.ts';
import type { RuleResult } from './results.ts';

/** Mending one rule may make room for another. */
const MAX_ROUNDS = 3;
/** After this no further fix is tried. */
const MAX_FIXING_MS = 3_000;

/**
 * The text after the fixes of its failed rules, one after the other. A fix after which its own rule still fails, or one
 * that passed does not, is left out, so that what passes never fails by it.
 */
export function fixed(rules: CompiledRules, subject: Subject): string {
  const until = performance.now() + MAX_FIXING_MS;
  let text = subject.text;
  let results = rules.run(subject);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = text;
    for (const { rule } of results) {
      const result = results.find((one) => one.rule.id === rule.id) as RuleResult;
      if (result.passed !== false || result.edits.length === 0 || performance.now() > until) continue;
      const candidate = applyEdits(text, result.edits);
      const after = rules.run({ ...subject, text: candidate });
      if (!isBetter(rule.id, results, after)) continue;
      text = candidate;
      results = after;
    }
    if (text === before) break;
  }
  return text;
}

function isBetter(id: string, before: readonly RuleResult[], after: readonly RuleResult[]): boolean {
  return (
    after.find(({ rule }) => rule.id === id)?.passed === true &&
    after.every(({ passed }, index) => passed === true || before[index]?.passed !== true)
  );
}

/** The text without the sentences in which a rule failed; '' where a rule that failed names no place. */
export function filtered(subject: Subject, results: readonly RuleResult[]): string {
  const failed = results.filter(({ passed }) => passed === false);
  if (failed.some(({ spans }) => spans.length === 0)) return '';
  const wrong = failed.flatMap(({ spans }) => spans);
  const sentences = partsOf(subject.text, 'sentences');
  const edits = sentences
    .filter((sentence) => wrong.some(({ start, end }) => start < sentence.end && sentence.start < end))
    .map(({ start, end }) => ({ start, end: end + spaceAfter(subject.text, end), with: '' }));
  return applyEdits(subject.text, edits).trim();
}

function spaceAfter(text: string, at: number): number {
  return /^[^\S\n]+/.exec(text.slice(at))?.[0].length ?? 0;
}

import type { Verdict } from './judge-text.ts';
import { titleOf } from './judge-text.ts';

/** Rules whose words may repeat what the text says, which must not become an instruction. */
const REPEATS_TEXT: readonly string[] = ['rubric', 'json'];

/** What people read of a verdict: the failed rules first, then what is not known. */
export function feedbackOf({ status, score, results, judged }: Verdict): string {
  const failed = results.filter(({ passed }) => passed === false);
  const open = results.filter(({ passed }) => passed === null);
  const head =
    status === 'passed'
      ? `The text passes${score === null ? '' : ` with a score of ${score}`}.`
      : status === 'failed'
        ? `The text fails ${failed.length === 1 ? '1 rule' : `${failed.length} rules`} of ${results.length}.`
        : 'A person has to decide.';
  const lines = [...failed, ...open].map(({ rule, message }) => `- ${titleOf(rule)}: ${message}`);
  const why =
    status === 'unsure' && lines.length === 0 ? judged.reviewReasons.map((reason) => `- ${reason}`) : [];
  return [head, ...lines, ...why, ...(judged.feedback ? [judged.feedback] : [])].join('\n').slice(0, 8_000);
}

/** What is asked of the writer of the next text; null for a text that passed. */
export function reaskOf({ status, results }: Verdict): string | null {
  if (status === 'passed') return null;
  const failed = results.filter(({ passed }) => passed === false);
  if (failed.length === 0) return null;
  const lines = failed.map(
    ({ rule, asks, message }) => `- ${REPEATS_TEXT.includes(rule.type) ? asks : message}`,
  );
  return ['Write it again. Keep everything else as it is, and mend this:', ...lines]
    .join('\n')
    .slice(0, 8_000);
}

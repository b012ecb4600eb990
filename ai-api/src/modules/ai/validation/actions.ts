import type { Subject } from './checks/check.ts';
import { compileRules } from './compile.ts';
import { filtered, fixed } from './fix.ts';
import type { Verdict } from './judge-text.ts';
import type { Definition } from './rule/schema.ts';
import type { Action, Effect } from './vocabulary.ts';

/** What an action came to. */
export interface Acted {
  effect: Effect;
  /** The text to go on with; null for none. */
  output: string | null;
  /** The verdict on a text that was changed, when that was judged again. */
  after: Verdict | null;
}

interface Plan {
  action: Action;
  /** How often the text was written, this time included. */
  attempt: number;
  maxReasks: number;
}

/**
 * Carries out the action for a verdict. A text that was changed is judged again and taken only when it passes.
 * @param judgeAgain judges another text by the same rules
 */
export async function act(
  { action, attempt, maxReasks }: Plan,
  { rules }: Definition,
  subject: Subject,
  verdict: Verdict,
  judgeAgain: (text: string) => Promise<Verdict>,
): Promise<Acted> {
  if (verdict.status === 'passed' || action === 'noop')
    return { effect: 'accepted', output: subject.text, after: null };
  let after: Verdict | null = null;
  if (action === 'fix' || action === 'fix_reask' || action === 'filter') {
    const text =
      action === 'filter' ? filtered(subject, verdict.results) : fixed(compileRules(rules), subject);
    if (text !== '' && text !== subject.text) {
      after = await judgeAgain(text);
      if (after.status === 'passed') return { effect: 'changed', output: text, after };
    }
  }
  return { effect: effectOf(action, attempt <= maxReasks), output: null, after };
}

function effectOf(action: Action, mayAskAgain: boolean): Effect {
  switch (action) {
    case 'filter':
    case 'refrain':
      return 'withheld';
    case 'reask':
    case 'fix_reask':
      return mayAskAgain ? 'reask' : 'refused';
    case 'human':
      return 'waiting';
    default:
      return 'refused';
  }
}

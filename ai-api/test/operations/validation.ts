import { type AnswerOf, type Step, step } from './step.ts';

const NAME = 'polite-answers';
const rules = [
  { id: 'thanks', type: 'contains' as const, values: ['thank'], wholeWords: false, hard: false },
  { id: 'no-data', type: 'pii' as const },
];
const examples = [
  { text: 'Thank you, it is done.', passes: true },
  { text: 'Write to ada@example.com.', passes: false },
];
const comment = 'For the steps of the test';
const reason = 'The address is public anyway.';
const resultId = (answerOf: AnswerOf) => answerOf('validation.check', 'failed').resultId;

/** A rule set, verdicts by it, what a person decides, and what is bound to it. */
export const validation: Step[] = [
  step('validationRuleSet.check', { rules, examples }, { matches: { valid: true, faults: [] } }),
  step(
    'validationRuleSet.create',
    { name: NAME, title: 'Polite answers', rules, examples },
    { matches: { version: 1, isPublished: false } },
  ),
  step('validationRuleSet.publish', { name: NAME, version: 1 }, { matches: { isPublished: true } }),
  step(
    'validationRuleSet.save',
    { name: NAME, expectedVersion: 1, rules, examples, comment },
    {
      matches: { version: 2 },
    },
  ),
  step('validationRuleSet.get', { name: NAME }, { matches: { version: 2, isPublished: false } }),
  step('validationRuleSet.list', { archived: false }, { matches: { items: [{ name: NAME }] } }),
  step(
    'validationRuleSet.listVersions',
    { name: NAME },
    {
      matches: { items: [{ version: 2 }, { version: 1 }] },
    },
  ),
  step('validation.try', { rules, text: 'Thank you' }, { matches: { status: 'passed' } }),
  step(
    'validation.check',
    { ruleSet: NAME, text: 'Thanks, write to ada@example.com.', action: 'fix' as const },
    { name: 'failed', matches: { status: 'failed', effect: 'changed', afterStatus: 'passed' } },
  ),
  step('validation.get', (answerOf) => ({ resultId: resultId(answerOf) }), { matches: { status: 'failed' } }),
  step('validation.list', { ruleSet: NAME }, { matches: { items: [{ status: 'failed' }] } }),
  step(
    'validation.override',
    (answerOf) => ({ resultId: resultId(answerOf), status: 'passed' as const, reason }),
    { matches: { human: { status: 'passed' } } },
  ),
  step('validationRuleSet.replay', { name: NAME, limit: 10 }, { matches: { texts: 1, changed: 0 } }),
  step('validationRuleSet.calibration', { name: NAME }, { matches: { cases: 1 } }),
  step(
    'validationRuleSet.setThresholds',
    { name: NAME, yesAt: 0.6, noAt: 0.6, slope: 0.1, intercept: -5, expectedVersion: 0, reason },
    { matches: { version: 1 } },
  ),
  step('validationBinding.create', { target: 'chat' as const, ruleSet: NAME, action: 'noop' as const }),
  step('validationBinding.list', { limit: 10 }, { matches: { items: [{ ruleSet: NAME, target: 'chat' }] } }),
  step('validationBinding.remove', (answerOf) => ({
    bindingId: answerOf('validationBinding.create').bindingId,
  })),
  step('validationRuleSet.archive', { name: NAME }),
];

import { PERSON } from './identity.ts';
import { type AnswerOf, type Step, step } from './step.ts';

const as = PERSON.executive;

/** Figures about conversations and commits, what they cost, and how long conversations are kept. */
export const analytics: Step[] = [
  step('analytics.compute', { whole: true }),
  step('analytics.velocity', { weeks: 4 }, { as, matches: { minPeople: 5 } }),
  step('analytics.adoption', { weeks: 4 }, { as, matches: { minPeople: 5 } }),
  step('analytics.assistants', { weeks: 4 }, { as, matches: { minPeople: 5 } }),
  step('analytics.repositories', { weeks: 4 }, { as, matches: { minPeople: 5 } }),
  step('analytics.mine', { weeks: 4 }, { as: PERSON.quill }),
  step('knowledgeGap.find', {}),
  step('knowledgeGap.list', {}, { as }),
  step(
    'assistantSpend.import',
    { vendor: 'Example vendor', csv: 'date,model,cost\n2026-11-16,fast,1.50\n2026-11-17,fast,2' },
    { as, matches: { rows: 2, days: 2, costMicros: 3_500_000 } },
  ),
  step('assistantSpend.report', { weeks: 12 }, { as }),
  step(
    'assistantSpend.setPrice',
    { model: 'example-model', validFrom: '2026-11-01', input: 2, output: 8 },
    { as, matches: { cacheRead: 2 } },
  ),
  step('assistantSpend.listPrices', {}, { as }),
  step(
    'assistantSpend.deletePrice',
    (answerOf: AnswerOf) => {
      const { model, validFrom } = answerOf('assistantSpend.setPrice');
      return { model, validFrom };
    },
    { as },
  ),
  step('teamReport.file', { format: 'html' }, { as, matches: { file: null } }),
  step('conversationCompliance.report', {}, { as }),
  step('conversationRetention.set', { days: 3_650 }, { matches: { days: 3_650 } }),
  step('conversationRetention.get', {}, { as, matches: { days: 3_650 } }),
  // The shorter period waits for a dry run of it.
  step('conversationRetention.cleanUp', {}, { matches: { days: null, conversations: 0 } }),
];

import type { Witness } from '../../../../judgement/index.ts';
import { holdClaims } from './hold.ts';
import { statement } from './statement.ts';

export { hearingOf } from './records.ts';
export { claimVocabulary } from './vocabulary.ts';

/** How a model reads a justification: it finds claims, and rules decide by what records say of them. */
export const claimWitness: Witness = {
  prompt: 'approval-claims',
  reads: 'request.justification',
  shows: [
    'request.day',
    'request.daysAgo',
    'request.from',
    'request.hours',
    'request.category',
    'project.name',
  ],
  statement,
  hold: holdClaims,
};

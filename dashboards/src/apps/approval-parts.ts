import { cardOf } from '../build/blocks.ts';
import type { Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { cell } from '../build/widgets.ts';
import { explain, explanationPart } from './explanation.ts';

/** The request that the variable `approvalId` names. */
export const approvalQuery: Query = api.read('approval', 'approval.get', {
  options: { approvalId: '{{variables.approvalId}}' },
  transform: 'approval',
  next: explain('approval'),
});

const PICK = { title: 'No request chosen', hint: 'Choose a request from the list.' };

/** What was asked, the evidence, and what happened, as tabs. */
export function approvalParts(height: number) {
  const part = (id: 'summary' | 'evidence' | 'history', title: string) => ({
    id,
    title,
    rows: [
      [
        cell(
          cardOf(`approval_${id}`, 'approval', { from: id, height: height - 96, card: false, empty: PICK }),
        ),
      ],
    ],
  });
  return [
    part('summary', 'Request'),
    part('evidence', 'Evidence'),
    explanationPart('approval', height),
    part('history', 'History'),
  ];
}

import { run, set } from '../build/actions.ts';
import { cardOf } from '../build/blocks.ts';
import type { Action, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { cell } from '../build/widgets.ts';

/** Why the judgement that the variable `explainedId` names came out as it did. */
export const explanationQuery: Query = api.read('explanation', 'explanation.get', {
  options: { judgementId: '{{variables.explainedId}}' },
  transform: 'explanation',
});

/** What follows when a query has loaded something that rests on a judgement: its explanation is loaded too. */
export function explain(query: string): Action[] {
  return [
    set('explainedId', `{{queries.${query}.data.judgementId}}`),
    run('explanation', `{{!!queries.${query}.data.judgementId}}`),
  ];
}

/** The explanation as a tab. */
export function explanationPart(name: string, height: number) {
  const card = cardOf(`${name}Explanation`, 'explanation', {
    from: 'card',
    height: height - 96,
    card: false,
    empty: { title: 'Nothing to explain yet', hint: 'Choose something from the list that has been judged.' },
  });
  return { id: 'explanation', title: 'What would change it', rows: [[cell(card)]] };
}

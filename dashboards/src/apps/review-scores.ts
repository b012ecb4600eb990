import { clear } from '../build/actions.ts';
import { dropdown, input } from '../build/fields.ts';
import type { Action, Cell, Row } from '../build/model.ts';
import { cell } from '../build/widgets.ts';

/** What a judgement can be scored by at once; a company's further configs are scored through the API. */
const MAX_SCORES = 8;

const places = Array.from({ length: MAX_SCORES }, (_, index) => ({
  config: `queries.review.data?.configs?.[${index}]`,
  choice: `scoreChoice${index + 1}`,
  value: `scoreValue${index + 1}`,
}));
type Place = (typeof places)[number];

const given = ({ config, choice, value }: Place) =>
  `(${config}?.choices ? components.${choice}.value : components.${value}.value)`;

/** Whether everything that is required has a score. */
export const isScored = places
  .map((place) => `(!${place.config}?.required || ${place.config}?.isScored || !!${given(place)})`)
  .join(' && ');

/** The scores that were filled in, each with the comment, as the API takes them. */
export const givenScores = (comment: string) =>
  `{{[${places
    .map((place) => `{ config: ${place.config}?.name, type: ${place.config}?.type, value: ${given(place)} }`)
    .join(
      ', ',
    )}].filter((one) => one.config && one.value).map((one) => ({ config: one.config, value: one.type === 'NUMERIC' ? Number(one.value) : one.type === 'BOOLEAN' ? one.value === 'true' : one.value, comment: components.${comment}.value || undefined }))}}`;

/** Empties the form. */
export const clearScores = (comment: string): Action[] => [
  ...places.flatMap(({ choice, value }) => [clear(choice), clear(value)]),
  clear(comment),
];

/** One field for each score of the judgement: a list where there are choices, else a text. */
function scoreField(place: Place): Cell {
  const { config, choice, value } = place;
  const label = `{{${config}?.label ?? ''}}`;
  const hasChoices = `!!${config}?.choices`;
  return cell([
    input(value, {
      label,
      placeholder: `{{${config}?.hint ?? ''}}`,
      visible: `{{!(${hasChoices}) && !!${config}}}`,
    }),
    dropdown(choice, {
      label,
      placeholder: 'Choose',
      schema: `{{${config}?.choices ?? []}}`,
      visible: `{{${hasChoices}}}`,
    }),
  ]);
}

/** Every score of the judgement in hands, four beside each other. */
export const scoreRows: Row[] = [places.slice(0, 4), places.slice(4)].map((row) => row.map(scoreField));

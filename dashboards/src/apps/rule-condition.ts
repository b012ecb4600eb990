import { setText } from '../build/actions.ts';
import { dropdown, input } from '../build/fields.ts';
import type { Row } from '../build/model.ts';
import { button, cell } from '../build/widgets.ts';

/** Comparisons that every fact can be put to; the sign is CEL's. */
const COMPARISONS = [
  ['==', 'is'],
  ['!=', 'is not'],
  ['<', 'is less than'],
  ['<=', 'is at most'],
  ['>', 'is more than'],
  ['>=', 'is at least'],
] as const;

/**
 * A condition out of the vocabulary: a fact, a comparison and a value, which a button adds to the field `target`.
 * @param kind expression for the kind of judgement whose facts are offered
 */
export function conditionRow(prefix: string, target: string, kind: string): Row {
  const fact = `components.${prefix}Fact.value`;
  const value = `components.${prefix}Value.value`;
  const [path, type] = [`(${fact} ?? '').split('|')[0]`, `(${fact} ?? '').split('|')[1]`];
  const literal = `(${type} === 'text' ? JSON.stringify(String(${value})) : String(${value}))`;
  const before = `(components.${target}.value ? components.${target}.value + ' && ' : '')`;
  const condition = `{{${before} + ${path} + ' ' + (components.${prefix}Compare.value || '==') + ' ' + ${literal}}}`;
  return [
    cell(
      dropdown(`${prefix}Fact`, {
        label: 'Fact',
        placeholder: 'Choose',
        schema: `{{queries.ruleKinds.data?.facts?.[${kind}] ?? []}}`,
      }),
      2,
    ),
    cell(dropdown(`${prefix}Compare`, { label: 'Comparison', placeholder: 'is', choices: COMPARISONS })),
    cell(input(`${prefix}Value`, { label: 'Value', placeholder: '40' })),
    cell(
      button(`${prefix}Add`, 'Add', [setText(target, condition)], {
        disabled: `{{!${fact} || (${value} ?? '') === ''}}`,
      }),
    ),
  ];
}

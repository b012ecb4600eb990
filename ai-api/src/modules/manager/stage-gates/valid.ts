import { invalidField, Problem } from '../../../http/problem.ts';
import { RuleError } from '../../../judgement/index.ts';
import type { GateCriterion } from './contract.ts';
import { kindOfGate, rulesOfGate } from './kind.ts';
import type { Stage } from './store.ts';

/**
 * Checks a gate before it is saved.
 * @throws {Problem} INVALID_INPUT, or RULE_INVALID naming the criterion and the character
 */
export function requireValid({
  fromStage,
  toStage,
  criteria,
}: {
  fromStage: Stage;
  toStage: Stage;
  criteria: GateCriterion[];
}) {
  if (fromStage === toStage) throw invalidField('toStage', 'must be another stage');
  const ids = criteria.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw invalidField('criteria', `has ${twice} twice`);
  if (!criteria.some(({ required }) => required))
    throw invalidField('criteria', 'must have one that is required');
  try {
    rulesOfGate(kindOfGate(criteria), criteria);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    const index = criteria.findIndex(({ id }) => error.key === `${id}-met` || error.key === `${id}-not`);
    const message = `character ${error.fault.start + 1}: ${error.fault.message}`;
    throw new Problem('RULE_INVALID', `${criteria[index]?.id ?? error.key}, ${message}`, {
      errors: [{ field: `criteria.${index}.${error.fault.field}`, message }],
    });
  }
}

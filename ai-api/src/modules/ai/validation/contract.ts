import { bindings } from './bindings-contract.ts';
import { results } from './results-contract.ts';
import { ruleSets } from './rule-sets-contract.ts';

/** What this module offers. */
export const contract = { validationRuleSet: ruleSets, validation: results, validationBinding: bindings };

import { bindings } from './contract-bindings.ts';
import { results } from './contract-results.ts';
import { ruleSets } from './contract-rule-sets.ts';

/** What this module offers. */
export const contract = { validationRuleSet: ruleSets, validation: results, validationBinding: bindings };

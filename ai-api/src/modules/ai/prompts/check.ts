import { faultsOf } from '../../../models/prompt-template.ts';
import type { CheckFinding } from './contract.ts';
import type { VersionContent } from './store.ts';

/** What can be said of a version without a model. */
export function inspect(content: VersionContent, supplied: readonly string[] | null): CheckFinding[] {
  const faults = faultsOf(content.text, content.variables, supplied).map(
    ({ message }): CheckFinding => ({ severity: 'error', rule: 'variables', message }),
  );
  const open = content.variables.filter(({ value }) => value === undefined);
  if (supplied !== null || open.length === 0) return faults;
  const names = open.map(({ name }) => `{{${name}}}`).join(', ');
  const message = `Whoever uses this prompt has to fill in ${names}: the platform does not use it itself.`;
  return [...faults, { severity: 'info', rule: 'variables', message }];
}

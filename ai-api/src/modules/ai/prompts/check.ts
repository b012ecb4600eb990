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
  const message = `The platform does not use this prompt itself: its users must fill in ${names}.`;
  return [...faults, { severity: 'info', rule: 'variables', message }];
}

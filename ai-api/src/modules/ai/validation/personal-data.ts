import { mentions, type PersonalData } from '../../../platform/personal-data.ts';
import { byAge } from '../../../platform/retention.ts';
import { eraseResults, resultsAbout } from './results-store.ts';
import { resultViewOf } from './views.ts';

/**
 * Texts that are about a person, and those that the person had judged: all in a report, none after an erasure.
 * @param keepDays days for which the installation keeps results where a company did not decide
 */
export function personalDataOf(keepDays: number): PersonalData {
  return {
    tables: [
      { table: 'validation.results', of: ['about', 'requested_by'], by: ['human_by'] },
      mentions('validation.bindings', 'created_by'),
      mentions('validation.versions', 'created_by', 'published_by'),
      mentions('validation.rule_sets'),
    ],
    disclosure: {
      categories: ['Texts that were checked, with findings and verdicts'],
      source: 'Agents, workflows and people who have a text checked',
      purpose: 'Checking texts before they are used',
      sharedWith: ['The model providers that the company configured'],
    },
    about: async (transaction, subject) => {
      const rows = await resultsAbout(transaction, subject);
      return rows.length > 0 ? { validations: rows.map(resultViewOf) } : null;
    },
    erase: (transaction, _tenantId, subject) => eraseResults(transaction, subject),
    retention: [
      byAge({
        kind: 'validation-results',
        title: 'Texts that were checked, with findings and verdicts',
        table: 'validation.results',
        column: 'created_at',
        keeps: 'Rule sets and their versions.',
        defaultDays: keepDays,
        minDays: 1,
        maxDays: 3650,
      }),
    ],
  };
}

import type { PersonalData } from '../../../platform/personal-data.ts';
import { eraseResults, resultsAbout } from './results-store.ts';
import { resultViewOf } from './views.ts';

/** Texts that are about a person, and those that the person had judged: all in a report, none after an erasure. */
export function personalDataOf(): PersonalData {
  return {
    tables: ['validation.results'],
    about: async (transaction, subject) => {
      const rows = await resultsAbout(transaction, subject);
      return rows.length > 0 ? { validations: rows.map(resultViewOf) } : null;
    },
    erase: (transaction, _tenantId, subject) => eraseResults(transaction, subject),
  };
}

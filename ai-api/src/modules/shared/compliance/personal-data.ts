import type { PersonalData } from '../../../platform/personal-data.ts';
import { userOfSubject } from '../identity/index.ts';
import type { People } from '../people/index.ts';
import { eraseMaker, type ReportRecord, reportsConcerning } from './store.ts';

/**
 * Reports about a person, and reports that they made, which lose their name on erasure. The access reports about a person
 * are deleted by the erasure itself.
 */
export function personalDataOf(people: Pick<People, 'findBuilder'>): PersonalData {
  return {
    tables: ['compliance.reports'],
    about: async (transaction, subject) => {
      const userId = await userOfSubject(transaction, people, subject);
      const found = await reportsConcerning(transaction, subject, userId);
      if (found.length === 0) return null;
      return {
        reportsAbout: found.filter((row) => row.subject === subject).map(view),
        reportsMade: found.filter((row) => userId !== null && row.made_user === userId).map(view),
      };
    },
    erase: async (transaction, _tenantId, subject) => {
      const userId = await userOfSubject(transaction, people, subject);
      if (userId !== null) await eraseMaker(transaction, userId);
      return 0;
    },
  };
}

function view({ id, kind, made_at }: ReportRecord) {
  return { reportId: id, kind, madeAt: made_at.toISOString() };
}

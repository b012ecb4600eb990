import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { ObjectStore } from '../../../platform/objects/index.ts';
import type { PersonalData } from '../../../platform/personal-data.ts';
import { countOlder } from '../../../platform/retention.ts';
import { daysOfYears, yearsAgo } from '../audit/index.ts';
import { userOfSubject } from '../identity/index.ts';
import type { People } from '../people/index.ts';
import { accessDirectory, deleteFiles } from './files.ts';
import { eraseMaker, type ReportRecord, reportsConcerning } from './store.ts';

interface Setup {
  people: Pick<People, 'findBuilder'>;
  /** Where an earlier release kept reports. */
  objects: ObjectStore;
  remove(transaction: TenantTransaction, tenantId: string, subject: string): Promise<number>;
  retire(transaction: TenantTransaction, tenantId: string, before: Date, limit: number): Promise<number>;
}

/**
 * Reports about a person that an earlier release made, which an erasure deletes, and reports that they made, which lose
 * their name.
 */
export function personalDataOf({ people, objects, remove, retire }: Setup): PersonalData {
  return {
    tables: [{ table: 'compliance.reports', of: ['subject', 'made_user'], by: ['made_by'] }],
    disclosure: {
      categories: ['Reports for auditors, and who made them'],
      source: 'Administrators',
      purpose: 'Evidence for auditors',
      sharedWith: ['The auditors that the company hands a report to'],
    },
    about: async (transaction, subject) => {
      const userId = await userOfSubject(transaction, people, subject);
      const found = await reportsConcerning(transaction, subject, userId);
      if (found.length === 0) return null;
      return {
        reportsAbout: found.filter((row) => row.subject === subject).map(view),
        reportsMade: found.filter((row) => userId !== null && row.made_user === userId).map(view),
      };
    },
    erase: async (transaction, tenantId, subject) => {
      const userId = await userOfSubject(transaction, people, subject);
      if (userId !== null) await eraseMaker(transaction, userId);
      const earlier = await deleteFiles(objects, accessDirectory(tenantId, subject));
      return earlier + (await remove(transaction, tenantId, subject));
    },
    retention: [
      {
        kind: 'compliance-reports',
        title: 'Compliance reports with their files',
        tables: ['compliance.reports'],
        follows: 'audit-content',
        floor: 'They are evidence about the entries of the trail.',
        defaultDays: daysOfYears(7),
        minDays: daysOfYears(1),
        maxDays: daysOfYears(100),
        cutOff: yearsAgo,
        count: (transaction, before) =>
          countOlder(transaction, { table: 'compliance.reports', column: 'made_at' }, before),
        remove: retire,
      },
    ],
  };
}

function view({ id, kind, made_at }: ReportRecord) {
  return { reportId: id, kind, madeAt: made_at.toISOString() };
}

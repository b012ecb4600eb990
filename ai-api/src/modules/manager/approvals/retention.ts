import type { RetentionKind } from '../../../platform/retention.ts';
import type { People } from '../../shared/people/index.ts';
import { MAX_WORK_DAYS, MIN_WORK_DAYS, settingsSchema } from './settings.ts';
import { readSettings, writeSettings } from './store.ts';

/** Meetings, tickets and documents that requests are compared with; the company's settings say for how long. */
export function workRecordsOf(
  people: Pick<People, 'workTables' | 'countWorkBefore' | 'deleteWorkBefore'>,
): RetentionKind {
  return {
    kind: 'work-records',
    title: 'Imported meetings, tickets and documents',
    tables: people.workTables,
    keeps: 'Requests for manual time, with what was found when they were judged.',
    floor: 'Requests of the last weeks are compared with them.',
    defaultDays: settingsSchema.parse({}).workRecordDays,
    minDays: MIN_WORK_DAYS,
    maxDays: MAX_WORK_DAYS,
    days: async (transaction) => (await readSettings(transaction)).workRecordDays,
    setDays: async (transaction, days) => {
      if (days === null) return;
      await writeSettings(transaction, { ...(await readSettings(transaction)), workRecordDays: days });
    },
    count: people.countWorkBefore,
    remove: (transaction, _tenantId, before, limit) => people.deleteWorkBefore(transaction, before, limit),
  };
}

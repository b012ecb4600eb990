import { mentions, type PersonalData } from '../../../platform/personal-data.ts';
import { byAge, type RetentionKind } from '../../../platform/retention.ts';
import type { People } from './service.ts';

const ofBuilder = { of: ['builder_id'], erase: 'delete' } as const;

const builderIn = (subject: string) => /^builder:(.+)$/.exec(subject)?.[1] ?? null;

/** Payroll, and grades that are contested, go back to them. */
const RECORDS_OF_WORK = {
  keeps: 'Grades and approved hours, which say what they were based on.',
  floor: 'Payroll, and weeks that are contested, go back to them.',
  defaultDays: null,
  minDays: 365,
  maxDays: 36_500,
} as const;

const retention: readonly RetentionKind[] = [
  byAge({
    ...RECORDS_OF_WORK,
    kind: 'tracked-time',
    title: 'Tracked time',
    table: 'people.time_entries',
    column: 'ended_at',
    key: ['entry_id'],
  }),
  byAge({
    ...RECORDS_OF_WORK,
    kind: 'leave',
    title: 'Leave',
    table: 'people.leave',
    column: 'last_day',
    key: ['builder_id', 'first_day'],
    isDay: true,
  }),
];

/** Builders with their projects and figures. An erased builder keeps the id, which projects and grades name. */
export function personalData({ workOf, eraseWorkOf }: People): PersonalData {
  return {
    tables: [
      { table: 'people.time_entries', ...ofBuilder },
      { table: 'people.leave', ...ofBuilder },
      { table: 'people.project_members', ...ofBuilder },
      { table: 'people.metrics_weekly', ...ofBuilder },
      {
        table: 'people.projects',
        of: ['builder_id'],
        erase: { keep: 'A project is the company’s; its builder has a pseudonym from then on.' },
      },
      {
        table: 'people.superbuilders',
        of: ['builder_id'],
        by: ['email'],
        erase: { set: { name: '{name}', email: '{email}', title: '', timezone: null, status: 'left' } },
      },
      // The others who took part stay.
      { table: 'people.work_records', of: ['builder_ids[]'], exported: false },
      mentions('people.project_stages'),
    ],
    disclosure: {
      categories: [
        'Name, e-mail address, team, title and working hours',
        'Weekly figures, tracked time and leave',
        'Meetings, tickets and documents that they took part in',
      ],
      source: 'The files that the company imports, and the sources that it connects',
      purpose: 'Weekly feedback, manual time and stage gates',
      sharedWith: [],
    },
    about: async (transaction, subject) => {
      const builderId = builderIn(subject);
      const work = builderId === null ? [] : await workOf(transaction, builderId);
      return work.length === 0 ? null : { work };
    },
    erase: async (transaction, _tenantId, subject) => {
      const builderId = builderIn(subject);
      return builderId === null ? 0 : eraseWorkOf(transaction, builderId);
    },
    retention,
  };
}

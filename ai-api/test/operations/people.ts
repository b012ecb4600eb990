import { sampleCompany } from '../api.ts';
import { type Step, step } from './step.ts';

const MINUTE_MS = 60_000;
/** A day that is over everywhere, and within reach of requests. */
export const YESTERDAY = dayBefore(2);

/** The calendar day so many days ago (UTC). */
export function dayBefore(days: number): string {
  return new Date(Date.now() - days * 24 * 60 * MINUTE_MS).toISOString().slice(0, 10);
}

/** Leaders of projects beyond the first ten would make the steps slower and cover nothing more. */
function fewProjects() {
  const { projects, projectMetrics, ...rest } = sampleCompany();
  const [head = '', ...rows] = projects.split('\n');
  const kept = rows.filter((row) => /,b-000\d,/.test(row));
  const ids = new Set(kept.map((row) => row.split(',')[0]));
  const [weekHead = '', ...weeks] = projectMetrics.split('\n');
  const keptWeeks = weeks.filter((row) => ids.has(row.split(',')[0]));
  return {
    ...rest,
    projects: [head, ...kept].join('\n'),
    projectMetrics: [weekHead, ...keptWeeks].join('\n'),
  };
}

/** The company, and the time that it tracked. */
export const people: Step[] = [
  step('people.import', fewProjects(), { matches: { dryRun: false, builders: { inserted: 75 } } }),
  step(
    'people.import',
    { builders: sampleCompany().builders, dryRun: true },
    {
      matches: { dryRun: true, builders: { unchanged: 75 } },
    },
  ),
  step(
    'people.importTime',
    {
      entries: ['b-0001', 'b-0002'].map((builder_id) => ({
        entry_id: `${builder_id} morning`,
        builder_id,
        project_id: null,
        started_at: `${YESTERDAY}T08:00:00Z`,
        ended_at: `${YESTERDAY}T12:00:00Z`,
      })),
      leave: [{ builder_id: 'b-0003', first_day: '2026-11-02', last_day: '2026-11-03' }],
      members: [{ project_id: 'p-0002', builder_id: 'b-0001', last_day: null }],
      budgets: [{ project_id: 'p-0002', monthly_hours: 40 }],
    },
    { matches: { entries: { inserted: 2 }, leave: { inserted: 1 }, budgets: { inserted: 1 } } },
  ),
  step(
    'people.importWork',
    {
      records: [
        {
          record_id: 'call-1',
          kind: 'meeting',
          reference: null,
          title: 'Pilot customer: call about the contract',
          project_id: 'p-0001',
          builders: ['b-0001', 'guest@elsewhere.example'],
          day: null,
          started_at: `${dayBefore(3)}T13:00:00Z`,
          ended_at: `${dayBefore(3)}T15:00:00Z`,
        },
      ],
    },
    { matches: { records: { inserted: 1, updated: 0 } } },
  ),
  step('builder.list', { team: 'Orchard', status: 'active', limit: 3 }),
  step('builder.list', { search: 'quill.marrow' }, { matches: { items: [{ builderId: 'b-0001' }] } }),
  step(
    'builder.get',
    { builderId: 'b-0001' },
    { matches: { name: 'Quill Marrow', projects: [{ projectId: 'p-0001' }] } },
  ),
  step(
    'project.list',
    { builderId: 'b-0001', stage: 'build' },
    { matches: { items: [{ name: 'Paper Otter' }] } },
  ),
  step('project.get', { projectId: 'p-0001' }, { matches: { builderId: 'b-0001', stage: 'build' } }),
];

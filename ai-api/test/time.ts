import type { TestApi } from './api.ts';
import { smallCompany } from './runs.ts';

/** A Wednesday, far enough ahead that the rules of a new company are in force. */
export const NOW = '2040-11-14T12:00:00Z';

/**
 * Builders b-1 … of one team in Oslo, who tracked six hours on each of Monday and Tuesday and were in a call from half
 * past three until the evening, and three projects.
 */
export async function trackedCompany(api: TestApi, size: number): Promise<void> {
  const { builders } = smallCompany(size);
  await api.client.people.import({
    builders: builders.map((row) => ({ ...row, timezone: 'Europe/Oslo' })),
    projects: ['p-1', 'p-2', 'p-3'].map((project_id) => ({
      project_id,
      name: `Project ${project_id}`,
      builder_id: 'b-1',
      status: project_id === 'p-3' ? 'paused' : 'active',
      stage: 'build',
      stage_history: null,
      tam_usd: null,
      tam_rationale: null,
      goal: null,
    })),
  });
  const days = ['2040-11-12', '2040-11-13'];
  await api.client.people.importTime({
    entries: builders.flatMap(({ builder_id }) =>
      days.map((day) => ({
        entry_id: `${builder_id} ${day}`,
        builder_id,
        project_id: null,
        started_at: `${day}T09:00:00+01:00`,
        ended_at: `${day}T15:00:00+01:00`,
      })),
    ),
    members: builders.map(({ builder_id }) => ({ project_id: 'p-2', builder_id, last_day: null })),
    leave: [{ builder_id: 'b-2', first_day: '2040-11-08', last_day: '2040-11-09' }],
    budgets: [{ project_id: 'p-2', monthly_hours: 3 }],
  });
  await api.client.people.importWork({
    records: days.map((day) => ({
      record_id: `call ${day}`,
      kind: 'meeting',
      reference: null,
      title: 'Pilot customer: call about the contract',
      project_id: null,
      builders: builders.map(({ builder_id }) => builder_id),
      day: null,
      started_at: `${day}T15:30:00+01:00`,
      ended_at: `${day}T22:00:00+01:00`,
    })),
  });
}

/** A request of a builder for an hour and a half of a meeting on the Monday before. */
export function timeRequest(builderId: string, change: object = {}) {
  return {
    builderId,
    date: '2040-11-12',
    hours: 1.5,
    startsAt: '2040-11-12T16:00:00+01:00',
    category: 'meeting' as const,
    justification: 'Call with the pilot customer about the contract; the tracker was on the other laptop.',
    ...change,
  };
}

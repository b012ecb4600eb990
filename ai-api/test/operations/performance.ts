import { HOUR_MS } from '../../src/platform/durations.ts';
import { SAMPLE_WEEK } from '../api.ts';
import type { Fixture } from './fixture.ts';
import { PERSON } from './identity.ts';
import { dayBefore } from './people.ts';
import { type Step, step } from './step.ts';

/** Ends the time of builders to answer. */
const openWeeks = async ({ api: { context } }: Fixture): Promise<void> => {
  const { now } = context.clock;
  context.clock.now = () => new Date(now().getTime() + 49 * HOUR_MS);
  for (const tenantId of await context.identity.tenantIds()) await context.evaluations.openWeeks(tenantId);
  context.clock.now = now;
};

/** Reports on the week, and a plan to do better. */
export const performance: Step[] = [
  step(
    'performance.history',
    { builderId: 'b-0001', weeks: 4 },
    { before: openWeeks, matches: { weeks: [{ week: SAMPLE_WEEK, waiting: false }] } },
  ),
  step('performance.team', { team: 'Orchard', limit: 5 }),
  step('performance.report', { week: SAMPLE_WEEK }, { matches: { status: 'complete', builders: 75 } }),
  step('performance.file', { week: SAMPLE_WEEK, format: 'html' }, { matches: { url: null } }),
  step('performance.shift', {}, { matches: { before: null, shift: { status: 'not enough data' } } }),
  step(
    'performance.fairness',
    { week: SAMPLE_WEEK, sample: 2 },
    { as: PERSON.executive, matches: { week: SAMPLE_WEEK, before: null } },
  ),
  step(
    'plan.create',
    {
      builderId: 'b-0002',
      reason: 'Three weeks in a row below what was agreed.',
      goals: [
        { goalId: 'weekly-notes', title: 'A note every week', measure: 'A note of results and plans.' },
      ],
      startsOn: dayBefore(0),
      endsOn: dayBefore(-28),
    },
    { as: PERSON.executive, matches: { version: 1, status: 'active' } },
  ),
  step(
    'plan.checkIn',
    (answerOf) => ({
      planId: answerOf('plan.create').planId,
      version: 1,
      note: 'The first note is there.',
      progress: [{ goalId: 'weekly-notes', percent: 25 }],
    }),
    { as: PERSON.bramble, matches: { version: 2, checkIns: [{ note: 'The first note is there.' }] } },
  ),
  step(
    'plan.extend',
    (answerOf) => ({
      planId: answerOf('plan.create').planId,
      version: 2,
      endsOn: dayBefore(-42),
      reason: 'Two weeks of leave.',
    }),
    { as: PERSON.executive, matches: { version: 3 } },
  ),
  step('plan.get', (answerOf) => ({ planId: answerOf('plan.create').planId }), {
    as: PERSON.bramble,
    matches: { endsOn: dayBefore(-42), overdue: false },
  }),
  step(
    'plan.close',
    (answerOf) => ({
      planId: answerOf('plan.create').planId,
      version: 3,
      status: 'met' as const,
      outcome: 'A note every week since then.',
    }),
    { as: PERSON.executive, matches: { status: 'met' } },
  ),
  step('plan.list', { builderId: 'b-0002', status: 'met' }, { matches: { items: [{ version: 4 }] } }),
];

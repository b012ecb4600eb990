import { resources } from '@ai-manager/api/catalogue';
import { clear, load, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { choicesOf, dropdown, input, textArea, valuesOf } from '../build/fields.ts';
import type { Page, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs, text } from '../build/widgets.ts';

const seen = { planId: '{{variables.planId}}', version: '{{queries.plan.data.version}}' };
const again = [run('plans'), run('plan')];

/** Goals as people write them, one a line: what, then after a colon how to tell that it is met. */
const goals =
  "{{(components.planGoals.value ?? '').split('\\n').filter((line) => line.trim()).map((line, n) => ({ goalId: 'goal-' + (n + 1), title: line.split(':')[0].trim(), measure: (line.split(':').slice(1).join(':') || line).trim() }))}}";

/** What a check-in says of one goal, where one is chosen. */
export const progressOf = (goal: string, percent: string) =>
  `{{components.${goal}.value ? [{ goalId: components.${goal}.value, percent: Number(components.${percent}.value) }] : []}}`;

export const planQueries: Query[] = [
  api.read('plans', 'plan.list', {
    options: { limit: '500', status: '{{components.plansStatus.value}}' },
    transform: 'plans',
  }),
  api.read('plan', 'plan.get', { options: { planId: '{{variables.planId}}' }, transform: 'plan' }),
  api.read('planBuilders', 'builder.list', {
    options: { status: 'active', limit: '2000' },
    transform: 'choices',
  }),
  api.write('createPlan', 'plan.create', {
    options: {
      builderId: '{{components.planBuilder.value}}',
      reason: '{{components.planReason.value}}',
      goals,
      startsOn: '{{components.planStart.value}}',
      endsOn: '{{components.planEnd.value}}',
    },
    confirm: 'Create this plan? The builder sees it immediately.',
    done: 'The plan is created.',
    next: [
      clear('planReason'),
      clear('planGoals'),
      set('planId', '{{queries.createPlan.data.planId}}'),
      ...again,
    ],
  }),
  api.write('checkInPlan', 'plan.checkIn', {
    options: {
      ...seen,
      note: '{{components.planNote.value}}',
      progress: progressOf('planGoal', 'planPercent'),
    },
    done: 'The check-in is saved.',
    next: [clear('planNote'), clear('planPercent'), ...again],
  }),
  api.write('extendPlan', 'plan.extend', {
    options: { ...seen, endsOn: '{{components.planNewEnd.value}}', reason: '{{components.planWhy.value}}' },
    done: 'The plan is extended.',
    next: [clear('planWhy'), ...again],
  }),
  api.write('closePlan', 'plan.close', {
    options: { ...seen, status: '{{components.planOutcome.value}}', outcome: '{{components.planWhy.value}}' },
    confirm: 'Close this plan? It cannot be reopened.',
    done: 'The plan is closed.',
    next: [clear('planWhy'), ...again],
  }),
];

const PICK = { title: 'No plan chosen', hint: 'Choose a plan from the list, or create one.' };
const DETAIL = 640;
const inside = DETAIL - 96;
const inactive = 'queries.plan.data?.isActive !== true';
const short = (name: string, least: number) => `(components.${name}.value ?? "").trim().length < ${least}`;

const checkIn: Row[] = [
  [
    cell(
      dropdown('planGoal', {
        label: 'Goal (optional)',
        placeholder: 'None',
        schema: '{{queries.plan.data?.goals ?? []}}',
      }),
      2,
    ),
    cell(input('planPercent', { label: 'Progress (percent)', placeholder: '0 to 100' }), 1),
  ],
  [cell(textArea('planNote', { label: 'Note', most: 4000, height: 120 }))],
  [
    cell(
      button('planCheckIn', 'Add check-in', [run('checkInPlan')], {
        kind: 'primary',
        busy: '{{queries.checkInPlan.isLoading}}',
        disabled: `{{${inactive} || ${short('planNote', 3)}}}`,
      }),
    ),
  ],
  [
    cell(
      cardOf('planCheckIns', 'plan', {
        from: 'checkIns',
        height: inside - 288,
        card: false,
        empty: { title: 'No check-ins yet', hint: 'Add the first check-in above.' },
      }),
    ),
  ],
];

const ending: Row[] = [
  [
    cell(input('planNewEnd', { label: 'New end date (to extend)', placeholder: '2026-12-18' })),
    cell(
      dropdown('planOutcome', {
        label: 'Outcome (to close)',
        placeholder: 'Choose',
        choices: [
          ['met', 'Met'],
          ['not_met', 'Not met'],
          ['cancelled', 'Cancelled'],
        ],
      }),
    ),
  ],
  [cell(textArea('planWhy', { label: 'Reason (at least 10 characters)', most: 2000, height: 160 }))],
  [
    cell(
      button('planExtend', 'Extend plan', [run('extendPlan')], {
        busy: '{{queries.extendPlan.isLoading}}',
        disabled: `{{${inactive} || !components.planNewEnd.value || ${short('planWhy', 10)}}}`,
      }),
    ),
    cell(
      button('planClose', 'Close plan', [run('closePlan')], {
        kind: 'danger',
        busy: '{{queries.closePlan.isLoading}}',
        disabled: `{{${inactive} || !components.planOutcome.value || ${short('planWhy', 10)}}}`,
      }),
    ),
  ],
];

const creation: Row[] = [
  [
    cell(
      dropdown('planBuilder', {
        label: 'Builder',
        placeholder: 'Choose',
        schema: '{{queries.planBuilders.data?.options ?? []}}',
        required: true,
      }),
      2,
    ),
    cell(input('planStart', { label: 'Start date', placeholder: '2026-11-23', required: true })),
    cell(input('planEnd', { label: 'End date', placeholder: '2026-12-18', required: true })),
  ],
  [
    cell(
      textArea('planReason', {
        label: 'Reason and evidence (at least 10 characters)',
        required: true,
        most: 2000,
        height: 112,
      }),
    ),
  ],
  [
    cell(
      textArea('planGoals', {
        label: 'Goals, one per line',
        placeholder: 'Weekly notes: a note every Friday for six weeks',
        required: true,
        height: 136,
      }),
    ),
  ],
  [
    cell(
      button('planCreate', 'Create plan', [run('createPlan')], {
        kind: 'primary',
        busy: '{{queries.createPlan.isLoading}}',
        disabled: `{{!components.planBuilder.value || !components.planGoals.value || ${short('planReason', 10)}}}`,
      }),
    ),
  ],
];

export const plansPage: Page = {
  handle: 'plans',
  name: 'Plans',
  icon: 'IconTarget',
  onLoad: load('plans', 'planBuilders'),
  rows: [
    ...pageHeader('plans', 'Performance plans', 'Agreed goals, their progress and their outcome.', ['plans']),
    [
      cell(
        dropdown('plansStatus', {
          label: 'State',
          choices: choicesOf(valuesOf(resources.plan.operations.list.input.shape.status)),
          onSelect: [run('plans')],
        }),
      ),
      cell(text('plansSpace', '', { height: 64, mobileHeight: 8 }), 3),
    ],
    [
      cell(
        tableOf('plansTable', 'plans', {
          title: 'Plans',
          height: DETAIL,
          onRow: [set('planId', '{{components.plansTable.selectedRow.planId}}'), run('plan')],
          empty: { title: 'No plans', hint: 'Create a plan to help a builder improve.' },
          columns: [
            { key: 'builder', title: 'Builder', width: 160, wrap: true },
            { key: 'state', title: 'State', width: 95, color: statusColor },
            { key: 'until', title: 'Until', width: 105 },
            { key: 'checkIns', title: 'Check-ins', width: 85, align: 'right' },
          ],
        }),
        2,
      ),
      cell(
        tabs('planTabs', {
          height: DETAIL,
          tabs: [
            {
              id: 'plan',
              title: 'Plan',
              rows: [
                [
                  cell(
                    cardOf('planCard', 'plan', { from: 'card', height: inside, card: false, empty: PICK }),
                  ),
                ],
              ],
            },
            { id: 'checkIns', title: 'Check-ins', rows: checkIn },
            { id: 'end', title: 'Extend or close', rows: ending },
            { id: 'new', title: 'New plan', rows: creation },
          ],
        }),
        3,
      ),
    ],
  ],
};

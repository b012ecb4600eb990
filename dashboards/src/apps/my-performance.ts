import { clear, load, run } from '../build/actions.ts';
import { pageHeader } from '../build/blocks.ts';
import { dropdown, input, textArea } from '../build/fields.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs } from '../build/widgets.ts';
import { historyTabs } from './performance.ts';
import { progressOf } from './plans.ts';

export const myPerformanceQueries: Query[] = [
  api.read('myPerformance', 'performance.history', {
    options: { builderId: '{{queries.me.data.builderId}}', weeks: '26' },
    transform: 'performance-history',
  }),
  api.write('checkInMyPlan', 'plan.checkIn', {
    options: {
      planId: '{{queries.myPerformance.data.planId}}',
      version: '{{queries.myPerformance.data.planVersion}}',
      note: '{{components.myPlanNote.value}}',
      progress: progressOf('myPlanGoal', 'myPlanPercent'),
    },
    done: 'The check-in is saved. Executives can see it.',
    next: [clear('myPlanNote'), clear('myPlanPercent'), run('myPerformance')],
  }),
];

const DETAIL = 560;

/** A builder's own trend and the goals they agreed on. */
export const myPerformancePage: Page = {
  handle: 'my-goals',
  name: 'My goals',
  icon: 'IconTarget',
  onLoad: load('me'),
  rows: [
    ...pageHeader('myGoals', 'My goals', 'Your trend, your weeks and your performance plan.', [
      'myPerformance',
    ]),
    [
      cell(
        tabs('myGoalsTabs', {
          height: DETAIL + 80,
          tabs: [
            ...historyTabs('myGoals', 'myPerformance'),
            {
              id: 'note',
              title: 'Check in',
              rows: [
                [
                  cell(
                    dropdown('myPlanGoal', {
                      label: 'Goal (optional)',
                      placeholder: 'None',
                      schema: '{{queries.myPerformance.data?.goals ?? []}}',
                    }),
                    2,
                  ),
                  cell(input('myPlanPercent', { label: 'Progress (percent)', placeholder: '0 to 100' }), 1),
                ],
                [cell(textArea('myPlanNote', { label: 'Note', most: 4000, height: 160 }))],
                [
                  cell(
                    button('myPlanCheckIn', 'Add check-in', [run('checkInMyPlan')], {
                      kind: 'primary',
                      busy: '{{queries.checkInMyPlan.isLoading}}',
                      disabled:
                        '{{!queries.myPerformance.data?.planId || (components.myPlanNote.value ?? "").trim().length < 3}}',
                    }),
                  ),
                ],
              ],
            },
          ],
        }),
      ),
    ],
  ],
};

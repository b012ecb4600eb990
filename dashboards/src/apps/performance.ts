import { load, run, set } from '../build/actions.ts';
import { cardOf, chartOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { dropdown } from '../build/fields.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs, text } from '../build/widgets.ts';

const week = '{{components.performanceWeek.value}}';
const team = '{{components.performanceTeam.value}}';
const reload = load('performanceReport', 'performanceTeam');

export const performanceQueries: Query[] = [
  api.read('weeks', 'evaluation.listRuns', { options: { limit: '200' }, transform: 'weeks' }),
  api.read('performanceReport', 'performance.report', {
    options: { week, team },
    transform: 'performance-report',
  }),
  api.read('performanceTeam', 'performance.team', {
    options: { week, team, limit: '2000' },
    transform: 'team',
  }),
  api.read('performanceHistory', 'performance.history', {
    options: { builderId: '{{variables.performanceBuilderId}}', weeks: '26' },
    transform: 'performance-history',
  }),
  api.read('fairness', 'performance.fairness', { options: { week }, transform: 'fairness' }),
  api.write('reportFile', 'performance.file', {
    options: { week, team, format: 'pdf' },
    done: 'The report is ready and opens in a new tab.',
    next: [{ do: 'open-webpage', url: '{{queries.reportFile.data.url}}' }],
  }),
];

const NO_WEEK = { title: 'No official week yet', hint: 'Evaluate a week on the Overview page first.' };
const PICK = { title: 'No builder chosen', hint: 'Choose a builder from the list.' };
const FIGURE = { height: 120, mobileHeight: 96, empty: NO_WEEK };
const DETAIL = 640;
const inside = DETAIL - 96;

/** A builder's scores, weeks and active plan; the names begin with the page's. */
export function historyTabs(page: string, query: string) {
  const card = (part: string, from: string, height: number, empty = PICK) =>
    cell(cardOf(`${page}${part}`, query, { from, height, card: false, empty }));
  return [
    {
      id: 'trend',
      title: 'Trend',
      rows: [
        [card('Summary', 'summary', 208)],
        [
          cell(
            chartOf(`${page}Scores`, query, {
              title: 'Score by week',
              from: 'scores',
              height: inside - 224,
              empty: PICK,
            }),
          ),
        ],
      ],
    },
    {
      id: 'weeks',
      title: 'Weeks',
      rows: [
        [
          cell(
            tableOf(`${page}Weeks`, query, {
              title: 'Official weeks',
              height: inside,
              perPage: 8,
              search: false,
              empty: PICK,
              columns: [
                { key: 'week', title: 'Week', width: 85 },
                { key: 'grade', title: 'Grade', width: 90, color: statusColor },
                { key: 'score', title: 'Score', width: 60, align: 'right' },
                { key: 'decidedBy', title: 'Decided by', width: 110 },
                { key: 'review', title: 'Review', width: 100, color: statusColor },
              ],
            }),
          ),
        ],
      ],
    },
    {
      id: 'plan',
      title: 'Plan',
      rows: [
        [
          card('Plan', 'plan', inside, {
            title: 'No active plan',
            hint: 'Executives create plans on the Plans page.',
          }),
        ],
      ],
    },
  ];
}

export const performancePage: Page = {
  handle: 'performance',
  name: 'Performance',
  icon: 'IconTrendingUp',
  onLoad: [
    ...reload,
    ...load('weeks', 'directory'),
    set('performanceBuilderId', '{{globals.urlparams?.builder ?? variables.performanceBuilderId}}'),
    run('performanceHistory', '{{!!variables.performanceBuilderId}}'),
  ],
  rows: [
    ...pageHeader(
      'performance',
      'Performance',
      'Trends of builders and teams, and active performance plans.',
      ['performanceReport', 'performanceTeam'],
      [
        button('performanceFile', 'Download PDF report', [run('reportFile')], {
          busy: '{{queries.reportFile.isLoading}}',
        }),
      ],
    ),
    [
      cell(
        dropdown('performanceWeek', {
          label: 'Week',
          placeholder: 'Newest',
          schema: '{{queries.weeks.data?.weeks ?? []}}',
          onSelect: reload,
        }),
      ),
      cell(
        dropdown('performanceTeam', {
          label: 'Team',
          schema: '{{queries.directory.data?.teams ?? []}}',
          onSelect: reload,
        }),
      ),
      cell(text('performanceSpace', '', { height: 64, mobileHeight: 8 }), 2),
    ],
    [
      cell(cardOf('performanceWeekCard', 'performanceReport', { from: 'weekCard', ...FIGURE })),
      cell(cardOf('performanceMean', 'performanceReport', { from: 'meanCard', ...FIGURE })),
      cell(cardOf('performanceGraded', 'performanceReport', { from: 'gradedCard', ...FIGURE })),
      cell(cardOf('performanceNeed', 'performanceReport', { from: 'attentionCard', ...FIGURE })),
    ],
    [
      cell(
        tableOf('performanceTable', 'performanceTeam', {
          title: 'Builders of the week',
          height: DETAIL,
          download: true,
          perPage: 8,
          onRow: [
            set('performanceBuilderId', '{{components.performanceTable.selectedRow.builderId}}'),
            run('performanceHistory'),
          ],
          empty: NO_WEEK,
          columns: [
            { key: 'name', title: 'Builder', width: 160, wrap: true },
            { key: 'grade', title: 'Grade', width: 60, color: statusColor },
            { key: 'score', title: 'Score', width: 70, align: 'right' },
            { key: 'trend', title: 'Trend', width: 90, color: statusColor },
            { key: 'why', title: 'Reason', width: 175, wrap: true },
          ],
        }),
      ),
      cell(
        tabs('performanceTabs', {
          height: DETAIL,
          tabs: [
            ...historyTabs('performanceBuilder', 'performanceHistory'),
            {
              id: 'best',
              title: 'Top performers',
              rows: [
                [
                  cell(
                    cardOf('performanceBest', 'performanceReport', {
                      from: 'best',
                      height: inside,
                      card: false,
                      empty: NO_WEEK,
                    }),
                  ),
                ],
              ],
            },
            {
              id: 'fairness',
              title: 'Fairness',
              rows: [
                [
                  cell(
                    button('performanceFair', 'Run fairness check', [run('fairness')], {
                      busy: '{{queries.fairness.isLoading}}',
                    }),
                  ),
                ],
                [
                  cell(
                    cardOf('performanceFairness', 'fairness', {
                      from: 'card',
                      height: inside - 56,
                      card: false,
                      empty: {
                        title: 'Not checked',
                        hint: 'Compares teams with the previous week, and judges a sample of texts again with the names changed.',
                      },
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

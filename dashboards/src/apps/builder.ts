import { load, run, set } from '../build/actions.ts';
import { cardOf, chartOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { menuEntry } from '../build/menu.ts';
import type { App, Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { cell, tabs } from '../build/widgets.ts';
import { answerPart, contestPart, myContestQueries, myContestsPage } from './contests.ts';
import { evaluationParts, evaluationQuery } from './evaluation.ts';
import { explanationQuery } from './explanation.ts';
import { myDataQueries, myDataRows } from './my-data.ts';
import { myNoticeQueries, myNoticesPage } from './my-notices.ts';
import { myPerformancePage, myPerformanceQueries } from './my-performance.ts';
import { noticeQueries, noticesPage, preferenceQueries, preferencesPage } from './notifications.ts';
import { policyQuestionQueries, policyQuestionsPage } from './policy-questions.ts';
import { requestQueries, requestsPage } from './requests.ts';
import { gateQueries, gatesPage } from './stage-gates.ts';

const NOT_LINKED = {
  title: 'No evaluations yet',
  hint: 'No week was evaluated yet, or your account is not linked to a builder. Ask an executive.',
};

const PICK_WEEK = { title: 'No week to show', hint: 'Choose a week from the list to see its reasons.' };

const queries: Query[] = [
  api.read('me', 'identity.whoami', {
    atStart: true,
    transform: 'whoami',
    next: [
      set('builderId', '{{queries.me.data.builderId}}'),
      run('mine', '{{!!queries.me.data.builderId}}'),
      run('builder', '{{!!queries.me.data.builderId}}'),
      run('myPerformance', '{{!!queries.me.data.builderId}}'),
    ],
  }),
  api.read('mine', 'evaluation.list', {
    options: { builderId: '{{queries.me.data.builderId}}', limit: '26' },
    transform: 'my-evaluation',
    next: [
      set('evaluationId', '{{globals.urlparams?.evaluation ?? queries.mine.data.evaluationId}}'),
      run('evaluation', '{{!!(globals.urlparams?.evaluation ?? queries.mine.data.evaluationId)}}'),
    ],
  }),
  evaluationQuery,
  explanationQuery,
  api.read('builder', 'builder.get', {
    options: { builderId: '{{variables.builderId}}' },
    transform: 'builder',
  }),
  ...myContestQueries,
  ...myNoticeQueries,
  ...requestQueries,
  ...policyQuestionQueries,
  ...myPerformanceQueries,
  ...myDataQueries,
  ...gateQueries('builder'),
  ...noticeQueries,
  ...preferenceQueries,
];

const week: Page = {
  handle: 'my-week',
  name: 'My week',
  icon: 'IconHome2',
  onLoad: load('me'),
  rows: [
    ...pageHeader('week', 'My week', 'Your grade, the evidence behind it, and who decided.', ['me']),
    [
      cell(cardOf('weekGrade', 'mine', { from: 'gradeCard', height: 120, empty: NOT_LINKED }), 1),
      cell(cardOf('weekState', 'mine', { from: 'stateCard', height: 120, empty: NOT_LINKED }), 1),
    ],
    [
      cell(
        [
          ...tableOf('weekEvaluations', 'mine', {
            title: 'My weeks',
            height: 640,
            perPage: 10,
            search: false,
            onRow: [
              set('evaluationId', '{{components.weekEvaluations.selectedRow.evaluationId}}'),
              run('evaluation'),
            ],
            empty: NOT_LINKED,
            columns: [
              { key: 'week', title: 'Week', width: 100 },
              { key: 'grade', title: 'Grade', width: 150, color: statusColor },
              { key: 'score', title: 'Score', width: 75, align: 'right' },
              { key: 'state', title: 'State', width: 120, color: statusColor },
            ],
          }),
        ],
        2,
      ),
      cell(
        tabs('weekTabs', {
          height: 640,
          tabs: [...evaluationParts(640, PICK_WEEK), answerPart, contestPart],
          first: "{{globals.urlparams?.tab === 'answer' ? 'answer' : 'summary'}}",
        }),
        3,
      ),
    ],
  ],
};

const history: Page = {
  handle: 'my-history',
  name: 'My data',
  icon: 'IconChartLine',
  onLoad: load('me', 'myAccesses', 'myDataRequests', 'myConsent'),
  rows: [
    ...pageHeader(
      'history',
      'My data',
      'Your hours, goals and projects in recent weeks; who read data about you, an export and corrections.',
      ['me', 'myAccesses', 'myDataRequests', 'myConsent'],
    ),
    [
      cell(
        chartOf('historyHours', 'builder', {
          title: 'Hours a week',
          from: 'hours',
          height: 320,
          empty: NOT_LINKED,
        }),
      ),
      cell(
        chartOf('historyGoals', 'builder', {
          title: 'Goals',
          from: 'goals',
          bars: 'group',
          height: 320,
          empty: NOT_LINKED,
        }),
      ),
    ],
    [
      cell(
        tableOf('historyWeeks', 'builder', {
          title: 'My weeks',
          height: 520,
          perPage: 8,
          search: false,
          empty: NOT_LINKED,
          columns: [
            { key: 'week', title: 'Week', width: 110 },
            { key: 'hours', title: 'Hours', width: 90, align: 'right' },
            { key: 'days', title: 'Days', width: 80, align: 'right' },
            { key: 'goals', title: 'Goals met', width: 110, align: 'right' },
            { key: 'brainlift', title: 'Knowledge work', width: 150, align: 'right' },
            { key: 'note', title: 'Note', width: 420, wrap: true },
          ],
        }),
      ),
    ],
    [
      cell(
        tableOf('historyProjects', 'builder', {
          title: 'My projects and goals',
          rows: 'queries.builder.data?.projects',
          height: 360,
          perPage: 5,
          search: false,
          empty: { title: 'No projects', hint: 'You do not lead a project. An executive can assign one.' },
          columns: [
            { key: 'name', title: 'Project', width: 220 },
            { key: 'stage', title: 'Stage', width: 120 },
            { key: 'status', title: 'Status', width: 110 },
            { key: 'goal', title: 'Goal', width: 520, wrap: true },
          ],
        }),
      ),
    ],
    ...myDataRows,
  ],
};

/** For builders: their own week, requests for time that was not tracked, and their history. */
export const builder: App = {
  slug: 'ai-manager-builder',
  name: 'AI Manager for builders',
  groups: ['ai-manager-builder'],
  queries,
  pages: [
    ...menuEntry('My week', [week, myContestsPage, myNoticesPage]),
    requestsPage,
    myPerformancePage,
    history,
    gatesPage('builder'),
    policyQuestionsPage,
    ...menuEntry('Notifications', [noticesPage, preferencesPage]),
  ],
};

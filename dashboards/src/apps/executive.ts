import { close, load, open, run, set } from '../build/actions.ts';
import {
  cardOf,
  chartOf,
  type EmptyState,
  pageHeader,
  section,
  statusColor,
  tableOf,
} from '../build/blocks.ts';
import { dropdown } from '../build/fields.ts';
import { menuEntry } from '../build/menu.ts';
import type { App, Page, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, modal, text } from '../build/widgets.ts';
import { accountabilityPage, accountabilityQueries, noticePublishQueries } from './accountability.ts';
import { agentEditQueries, agentQueries, agentsPage } from './agents.ts';
import { approvalQueries, approvalsPage } from './approvals.ts';
import { spendPage, spendQueries } from './assistant-spend.ts';
import { auditPage, auditQuery } from './audit.ts';
import { contestQueries, contestsPage } from './contests.ts';
import { decideQueries, decisionQueries, decisionsPage } from './decisions.ts';
import { directoryQuery } from './directory.ts';
import {
  confirmGradeQuery,
  evaluationDetail,
  evaluationQuery,
  overrideQuery,
  runQueries,
  showEvaluation,
} from './evaluation.ts';
import { experimentQueries, experimentsPage } from './experiments.ts';
import { explanationQuery } from './explanation.ts';
import { fileQueries, filesPage } from './files.ts';
import { myDataPage, myDataQueries } from './my-data.ts';
import { noticeTemplateQueries, noticeTemplatesPage } from './notification-templates.ts';
import { noticeQueries, noticesPage, preferenceQueries, preferencesPage } from './notifications.ts';
import { optimizationQueries, optimizationsPage } from './optimizations.ts';
import { oversightPage, oversightQueries } from './oversight.ts';
import { peoplePage, peopleQueries, projectsPage } from './people.ts';
import { performancePage, performanceQueries } from './performance.ts';
import { planUsagePage, planUsageQueries } from './plan-usage.ts';
import { planQueries, plansPage } from './plans.ts';
import { policiesPage, policyQueries } from './policies.ts';
import { policyQuestionQueries, policyQuestionsPage } from './policy-questions.ts';
import { promptQueries, promptsPage } from './prompts.ts';
import { qualityPage, qualityQueries } from './quality.ts';
import { reviewQueries, reviewsPage } from './reviews.ts';
import { ruleQueries, rulesPage } from './rules.ts';
import { settingsPage, settingsQueries } from './settings.ts';
import { gateQueries, gatesPage } from './stage-gates.ts';
import { templateQueries, templateReleaseQueries, templatesPage } from './templates.ts';
import { traceQueries, tracesPage } from './traces.ts';
import { validationEditQueries, validationPage, validationQueries } from './validation.ts';

const queries: Query[] = [
  api.read('firstPage', 'dashboard.get', {
    options: { include: 'decisions,approvals,workflows,plans,usage' },
    transform: 'first-page',
  }),
  ...runQueries,
  evaluationQuery,
  explanationQuery,
  overrideQuery,
  confirmGradeQuery,
  api.read('nextWeek', 'evaluation.next', { transform: 'next-week', next: [open('startWeekModal')] }),
  api.write('startWeek', 'evaluation.startWeekly', {
    options: { week: '{{queries.nextWeek.data.week}}' },
    done: "Week {{queries.startWeek.data.week}} {{queries.startWeek.data.status === 'completed' ? 'is already evaluated. Nothing was sent again.' : 'is being evaluated. Refresh in a moment.'}}",
    next: [close('startWeekModal'), run('runs')],
  }),
  ...approvalQueries,
  directoryQuery,
  ...peopleQueries,
  ...ruleQueries,
  ...promptQueries,
  ...policyQueries,
  ...policyQuestionQueries,
  ...fileQueries,
  ...experimentQueries,
  ...optimizationQueries,
  ...performanceQueries,
  ...planQueries,
  ...gateQueries('executive'),
  ...oversightQueries,
  ...accountabilityQueries,
  ...noticePublishQueries,
  ...contestQueries,
  ...decisionQueries,
  ...decideQueries,
  ...agentQueries,
  ...agentEditQueries,
  ...validationQueries,
  ...validationEditQueries,
  ...reviewQueries,
  ...qualityQueries,
  ...traceQueries,
  ...templateQueries,
  ...templateReleaseQueries,
  auditQuery,
  ...spendQueries,
  ...settingsQueries,
  ...planUsageQueries,
  ...noticeQueries,
  ...preferenceQueries,
  ...noticeTemplateQueries,
  ...myDataQueries,
];

const NO_RUN = {
  title: 'No evaluated weeks yet',
  hint: 'Press "Evaluate newest week", or wait for the scheduled run on Monday.',
};
const NO_FIGURE = { title: 'Unknown', hint: 'The figure could not be loaded.' };
const FIGURE = {
  empty: { title: 'No week yet', hint: 'Evaluate a week first.' },
  height: 144,
  mobileHeight: 96,
};

/** Names the week and how many people get an e-mail, before anything starts. */
const startWeekModal = modal('startWeekModal', {
  title: '{{queries.nextWeek.data.title}}',
  size: 'sm',
  height: 160,
  rows: [[cell(text('startWeekQuestion', '{{queries.nextWeek.data.question}}', { height: 96 }))]],
  footer: [
    [
      cell(button('startWeekCancel', 'Cancel', [close('startWeekModal')])),
      cell(
        button('startWeekGo', 'Evaluate', [run('startWeek')], {
          kind: 'primary',
          busy: '{{queries.startWeek.isLoading}}',
          disabled: '{{queries.nextWeek.data?.isDone !== false}}',
        }),
      ),
    ],
  ],
});

/** Builders of the newest week, with a heading; a click opens the evaluation. */
function overviewList(name: string, title: string, rows: string, empty: EmptyState): Row[] {
  return [
    section(`${name}Title`, title),
    [
      cell(
        tableOf(name, 'results', {
          title,
          rows: `queries.results.data?.${rows}`,
          height: 376,
          mobileHeight: 440,
          perPage: 5,
          search: false,
          onRow: showEvaluation(name, 'evaluations'),
          empty,
          columns: [
            { key: 'name', title: 'Builder', width: 170 },
            { key: 'team', title: 'Team', width: 120 },
            { key: 'state', title: 'State', width: 115, color: statusColor },
            { key: 'grade', title: 'Grade', width: 180, color: statusColor },
            { key: 'change', title: 'Change', width: 80, align: 'right', color: statusColor },
            { key: 'why', title: 'Why', width: 470, wrap: true },
          ],
        }),
      ),
    ],
  ];
}

const overview: Page = {
  handle: 'overview',
  name: 'Overview',
  icon: 'IconHome2',
  onLoad: [set('shownRunId', ''), ...load('firstPage', 'runs', 'quality')],
  rows: [
    ...pageHeader(
      'overview',
      'Overview',
      "{{queries.runs.data?.headline ?? 'No week has been evaluated yet.'}}",
      ['firstPage', 'runs', 'quality'],
      [
        button('overviewStart', 'Evaluate newest week', [run('nextWeek')], {
          busy: '{{queries.nextWeek.isLoading}}',
        }),
      ],
    ),
    [
      cell(cardOf('overviewReview', 'runs', { from: 'reviewCard', ...FIGURE })),
      cell(cardOf('overviewFailed', 'runs', { from: 'failedCard', ...FIGURE })),
      cell(cardOf('overviewJudged', 'runs', { from: 'judgedCard', ...FIGURE })),
      cell(cardOf('overviewEngine', 'runs', { from: 'engineCard', ...FIGURE })),
      cell(cardOf('overviewAgreement', 'quality', { from: 'agreementCard', ...FIGURE, empty: NO_FIGURE })),
    ],
    [
      cell(cardOf('overviewDecisions', 'firstPage', { from: 'decisionsCard', ...FIGURE, empty: NO_FIGURE })),
      cell(cardOf('overviewRequests', 'firstPage', { from: 'requestsCard', ...FIGURE, empty: NO_FIGURE })),
      cell(cardOf('overviewProcesses', 'firstPage', { from: 'processesCard', ...FIGURE, empty: NO_FIGURE })),
      cell(cardOf('overviewPlans', 'firstPage', { from: 'plansCard', ...FIGURE, empty: NO_FIGURE })),
      cell(cardOf('overviewSpent', 'firstPage', { from: 'spentCard', ...FIGURE, empty: NO_FIGURE })),
    ],
    ...overviewList('overviewAttention', 'Needs review', 'attention', {
      title: 'No evaluation needs review',
      hint: 'Evaluations with missing or contradictory evidence appear here.',
    }),
    ...overviewList('overviewLow', 'Low or falling grades', 'low', {
      title: 'No low or falling grades',
      hint: 'Builders with an E, or whose score fell by 10 points or more, appear here.',
    }),
    section('overviewChangedTitle', 'Changes since the previous week'),
    [
      cell(
        tableOf('overviewChanged', 'results', {
          title: 'Changes since the previous week',
          rows: 'queries.results.data?.changed',
          height: 400,
          perPage: 5,
          search: false,
          onRow: showEvaluation('overviewChanged', 'evaluations'),
          empty: { title: 'Nothing to compare yet', hint: 'Changes appear after the second evaluated week.' },
          columns: [
            { key: 'name', title: 'Builder', width: 180 },
            { key: 'before', title: 'Before', width: 90 },
            { key: 'grade', title: 'Now', width: 110, color: statusColor },
            { key: 'change', title: 'Points', width: 90, align: 'right', color: statusColor },
            { key: 'decidedBy', title: 'Decided by', width: 130 },
          ],
        }),
        3,
      ),
      cell(
        chartOf('overviewTrend', 'runs', {
          title: 'Grades by week',
          from: 'trend',
          height: 400,
          empty: NO_RUN,
        }),
        2,
      ),
    ],
    [cell(startWeekModal)],
  ],
};

const DETAIL = 640;

const evaluations: Page = {
  handle: 'evaluations',
  name: 'Evaluations',
  icon: 'IconClipboardCheck',
  onLoad: load('runs'),
  rows: [
    ...pageHeader(
      'evaluations',
      'Evaluations',
      'All builders of a week. Select one to see reasons and evidence, or to override the grade.',
      ['runs'],
    ),
    [
      cell(
        dropdown('evaluationsWeek', {
          label: 'Week (now {{queries.runs.data?.week}})',
          placeholder: 'Newest',
          schema: '{{queries.runs.data?.weeks ?? []}}',
          onSelect: [set('shownRunId', '{{components.evaluationsWeek.value}}'), run('runs')],
        }),
      ),
      cell(text('evaluationsSpace', '', { height: 64, mobileHeight: 8 }), 3),
    ],
    [
      cell(
        tableOf('evaluationsTable', 'results', {
          title: 'Evaluations',
          height: DETAIL,
          download: true,
          onRow: showEvaluation('evaluationsTable'),
          empty: NO_RUN,
          columns: [
            { key: 'name', title: 'Builder', width: 170 },
            { key: 'grade', title: 'Grade', width: 175, color: statusColor },
            { key: 'score', title: 'Score', width: 65, align: 'right' },
            { key: 'change', title: 'Change', width: 80, align: 'right', color: statusColor },
          ],
        }),
        5,
      ),
      cell(evaluationDetail(DETAIL), 6),
    ],
  ],
};

/** For executives: what needs them, people and their work, what decides, and how far it can be trusted. */
export const executive: App = {
  slug: 'ai-manager-executive',
  name: 'AI Manager for executives',
  groups: ['ai-manager-executive'],
  queries,
  pages: [
    overview,
    ...menuEntry('Inbox', [approvalsPage, decisionsPage(true), contestsPage, noticesPage]),
    ...menuEntry('People', [peoplePage, evaluations, performancePage, plansPage]),
    ...menuEntry('Projects', [projectsPage, gatesPage('executive')]),
    ...menuEntry('Policies', [policiesPage, policyQuestionsPage, filesPage]),
    ...menuEntry('Rules', [rulesPage, validationPage(true), oversightPage]),
    ...menuEntry('Prompts', [promptsPage, experimentsPage, optimizationsPage]),
    ...menuEntry('Agents', [agentsPage(true), templatesPage(true)]),
    ...menuEntry('Trust', [accountabilityPage(true), reviewsPage(false), qualityPage, tracesPage, spendPage]),
    auditPage,
    ...menuEntry('Settings', [settingsPage, planUsagePage, noticeTemplatesPage, preferencesPage, myDataPage]),
  ],
};

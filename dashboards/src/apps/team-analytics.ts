import { load, run } from '../build/actions.ts';
import { cardOf, chartOf, pageHeader, section, tableOf } from '../build/blocks.ts';
import { dropdown } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Group, Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { cell, text } from '../build/widgets.ts';

const span = { weeks: '{{components.teamWeeks.value}}' };

export const teamQueries: Query[] = [
  api.read('teamVelocity', 'analytics.velocity', { options: span, transform: 'analytics' }),
  api.read('teamAdoption', 'analytics.adoption', { options: span, transform: 'analytics' }),
  api.read('teamAssistants', 'analytics.assistants', { options: span, transform: 'analytics' }),
  api.read('teamRepositories', 'analytics.repositories', { options: span, transform: 'analytics' }),
  api.read('ownFigures', 'analytics.mine', {
    options: { weeks: '{{components.ownWeeks.value}}' },
    transform: 'analytics',
  }),
  api.read('knowledgeGaps', 'knowledgeGap.list', { options: { limit: '100' }, transform: 'knowledge-gaps' }),
];

const READERS: readonly Group[] = [
  'ai-manager-executive',
  'ai-manager-reviewer',
  'ai-manager-operations',
  'ai-manager-admin',
];
const WEEKS: [string, string][] = [
  ['1', 'The last week'],
  ['4', '4 weeks'],
  ['8', '8 weeks'],
  ['26', '26 weeks'],
];
const NONE = {
  title: 'Not enough people yet',
  hint: 'Figures are shown once five people have worked with assistants in a week that is over.',
};
const FIGURE = { height: 120, mobileHeight: 96, empty: NONE };
const TEAM = ['teamVelocity', 'teamAdoption', 'teamAssistants', 'teamRepositories'] as const;

const comparedTable = (name: string, query: string) =>
  tableOf(name, query, {
    title: 'Commits with a link beside others',
    rows: `queries.${query}.data?.compared`,
    height: 208,
    perPage: 2,
    search: false,
    empty: NONE,
    columns: [
      { key: 'what', title: 'Figure', width: 300 },
      { key: 'linked', title: 'With a link', width: 240 },
      { key: 'other', title: 'Others', width: 240 },
    ],
  });

const assistantColumns = [
  { key: 'name', title: 'Tool and model', width: 200 },
  { key: 'conversations', title: 'Conversations', width: 110, align: 'right' as const },
  { key: 'messages', title: 'Messages', width: 85, align: 'right' as const },
  { key: 'tokens', title: 'Tokens', width: 90, align: 'right' as const },
  { key: 'cost', title: 'Cost', width: 70, align: 'right' as const },
];

export const teamPage: Page = {
  handle: 'team',
  name: 'Teams',
  icon: 'IconChartBar',
  allowed: READERS,
  onLoad: load(...TEAM),
  rows: [
    ...pageHeader(
      'team',
      'Teams',
      'How teams work with assistants. Groups of fewer than five people are not shown; no person is ranked.',
      [...TEAM],
    ),
    [
      cell(
        dropdown('teamWeeks', {
          label: 'Weeks that are over',
          placeholder: '8 weeks',
          choices: WEEKS,
          onSelect: TEAM.map((query) => run(query)),
        }),
        1,
      ),
      cell(
        text('teamHeadline', "{{queries.teamVelocity.data?.headline ?? ''}}", {
          color: color.muted,
          height: 48,
          mobileHeight: 96,
        }),
        3,
      ),
    ],
    [
      cell(cardOf('teamAdoptionCard', 'teamAdoption', { from: 'adoptionCard', ...FIGURE })),
      cell(cardOf('teamConversations', 'teamVelocity', { from: 'conversationsCard', ...FIGURE })),
      cell(cardOf('teamCommits', 'teamVelocity', { from: 'commitsCard', ...FIGURE })),
      cell(cardOf('teamAcceptance', 'teamVelocity', { from: 'acceptanceCard', ...FIGURE })),
    ],
    [
      cell(cardOf('teamStickiness', 'teamAdoption', { from: 'stickinessCard', ...FIGURE })),
      cell(cardOf('teamTime', 'teamVelocity', { from: 'timeCard', ...FIGURE })),
      cell(cardOf('teamCost', 'teamVelocity', { from: 'costCard', ...FIGURE })),
      cell(cardOf('teamUnlinked', 'teamVelocity', { from: 'unlinkedCard', ...FIGURE })),
    ],
    [
      cell(
        chartOf('teamTrend', 'teamVelocity', {
          title: 'Shares by week',
          from: 'trend',
          height: 320,
          empty: NONE,
        }),
      ),
      cell(
        chartOf('teamPeople', 'teamAdoption', {
          title: 'Active people by week',
          from: 'trend',
          height: 320,
          empty: NONE,
        }),
      ),
    ],
    [
      cell(
        tableOf('teamTable', 'teamVelocity', {
          title: 'Teams, by name',
          height: 360,
          perPage: 6,
          download: true,
          empty: NONE,
          columns: [
            { key: 'team', title: 'Team', width: 130 },
            { key: 'conversations', title: 'Led to a commit', width: 170 },
            { key: 'commits', title: 'Commits with a link', width: 170 },
            { key: 'acceptance', title: 'Edits accepted', width: 170 },
            { key: 'time', title: 'Hours to first commit', width: 180 },
            { key: 'cost', title: 'Cost per linked commit', width: 190 },
            { key: 'spend', title: 'Cost', width: 100, align: 'right' },
          ],
        }),
      ),
    ],
    section('teamComparedTitle', 'Commits with a link beside others: correlation, not cause'),
    [cell(comparedTable('teamCompared', 'teamVelocity'))],
    [
      cell(
        tableOf('teamAssistantsTable', 'teamAssistants', {
          title: 'Tools and models',
          height: 320,
          perPage: 5,
          empty: NONE,
          columns: assistantColumns,
        }),
      ),
      cell(
        tableOf('teamRepositoriesTable', 'teamRepositories', {
          title: 'Repositories',
          height: 320,
          perPage: 5,
          empty: NONE,
          columns: [
            { key: 'name', title: 'Repository', width: 165 },
            { key: 'linked', title: 'Commits with a link', width: 150 },
            { key: 'cost', title: 'Cost', width: 70, align: 'right' },
            { key: 'perCommit', title: 'Per linked commit', width: 170 },
          ],
        }),
      ),
    ],
  ],
};

export const ownFiguresPage: Page = {
  handle: 'mine',
  name: 'My figures',
  icon: 'IconUser',
  onLoad: load('ownFigures'),
  rows: [
    ...pageHeader('mine', 'My figures', 'Your own conversations and commits. Only you see this page.', [
      'ownFigures',
    ]),
    [
      cell(
        dropdown('ownWeeks', {
          label: 'Weeks that are over',
          placeholder: '8 weeks',
          choices: WEEKS,
          onSelect: [run('ownFigures')],
        }),
        1,
      ),
      cell(text('ownSpace', '', { height: 64, mobileHeight: 8 }), 3),
    ],
    [
      cell(cardOf('ownConversations', 'ownFigures', { from: 'conversationsCard', ...FIGURE })),
      cell(cardOf('ownCommits', 'ownFigures', { from: 'commitsCard', ...FIGURE })),
      cell(cardOf('ownAcceptance', 'ownFigures', { from: 'acceptanceCard', ...FIGURE })),
      cell(cardOf('ownCost', 'ownFigures', { from: 'costCard', ...FIGURE })),
    ],
    [cell(comparedTable('ownCompared', 'ownFigures'))],
    [
      cell(
        tableOf('ownAssistants', 'ownFigures', {
          title: 'Tools and models',
          height: 320,
          perPage: 5,
          empty: { title: 'No conversations', hint: 'You have none in these weeks.' },
          columns: assistantColumns,
        }),
      ),
    ],
  ],
};

export const gapsPage: Page = {
  handle: 'gaps',
  name: 'Knowledge gaps',
  icon: 'IconBulb',
  allowed: READERS,
  onLoad: load('knowledgeGaps'),
  rows: [
    ...pageHeader(
      'gaps',
      'Knowledge gaps',
      'What three people or more asked their assistants in the last 90 days: where documentation would help.',
      ['knowledgeGaps'],
    ),
    [
      cell(
        tableOf('gapsTable', 'knowledgeGaps', {
          title: 'Topics',
          height: 520,
          perPage: 8,
          download: true,
          onRow: [],
          empty: {
            title: 'No gaps',
            hint: 'No topic was asked about by three people. They are looked for each night.',
          },
          columns: [
            { key: 'topic', title: 'Topic', width: 215, wrap: true },
            { key: 'shared', title: 'Error or file', width: 130 },
            { key: 'people', title: 'People', width: 70, align: 'right' },
            { key: 'conversations', title: 'Times', width: 70, align: 'right' },
            { key: 'last', title: 'Last asked', width: 180 },
          ],
        }),
        3,
      ),
      cell(
        cardOf('gapsExamples', 'knowledgeGaps', {
          from: 'rows?.find((row) => row.gapId === components.gapsTable.selectedRow?.gapId)?.markup',
          height: 520,
          mobileHeight: 240,
          empty: {
            title: 'No topic chosen',
            hint: 'Choose a topic to see examples that the company may see.',
          },
        }),
        2,
      ),
    ],
  ],
};

import { resources } from '@ai-manager/api/catalogue';
import { load, run, set } from '../build/actions.ts';
import { cardOf, chartOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { choicesOf, dropdown, valuesOf } from '../build/fields.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { cell, tabs, text } from '../build/widgets.ts';

const PICK = { title: 'Nothing chosen', hint: 'Choose a row from the list.' };
const NO_WEEKS = {
  title: 'No weeks yet',
  hint: 'Weeks appear when facts are imported or a source is connected.',
};

export const peopleQueries: Query[] = [
  api.read('builders', 'builder.list', {
    options: {
      limit: '2000',
      team: '{{components.peopleTeam.value}}',
      status: '{{components.peopleStatus.value}}',
    },
    transform: 'builders',
  }),
  api.read('builder', 'builder.get', {
    options: { builderId: '{{variables.builderId}}' },
    transform: 'builder',
  }),
  api.read('projects', 'project.list', {
    options: {
      limit: '2000',
      stage: '{{components.projectsStage.value}}',
      status: '{{components.projectsStatus.value}}',
    },
    transform: 'projects',
  }),
  api.read('project', 'project.get', {
    options: { projectId: '{{variables.projectId}}' },
    transform: 'project',
  }),
];

const DETAIL = 688;

/** Hours, goals, weeks and projects of the chosen builder. */
export function builderTabs() {
  const inside = DETAIL - 96;
  return tabs('peopleTabs', {
    height: DETAIL,
    tabs: [
      {
        id: 'summary',
        title: 'Summary',
        rows: [
          [
            cell(
              cardOf('peopleSummary', 'builder', { from: 'summary', height: 336, card: false, empty: PICK }),
              2,
            ),
            cell(
              chartOf('peopleHours', 'builder', {
                title: 'Hours per week',
                from: 'hours',
                height: 336,
                empty: NO_WEEKS,
              }),
              3,
            ),
          ],
          [
            cell(
              chartOf('peopleGoals', 'builder', {
                title: 'Goals',
                from: 'goals',
                bars: 'group',
                height: 232,
                empty: NO_WEEKS,
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
              tableOf('peopleWeeks', 'builder', {
                title: 'Weeks',
                height: inside,
                search: false,
                perPage: 6,
                empty: NO_WEEKS,
                columns: [
                  { key: 'week', title: 'Week', width: 90 },
                  { key: 'hours', title: 'Hours', width: 70, align: 'right' },
                  { key: 'days', title: 'Days', width: 60, align: 'right' },
                  { key: 'goals', title: 'Goals met', width: 90, align: 'right' },
                  { key: 'brainlift', title: 'Knowledge work', width: 130, align: 'right' },
                  { key: 'note', title: 'Note', width: 190, wrap: true },
                ],
              }),
            ),
          ],
        ],
      },
      {
        id: 'projects',
        title: 'Projects',
        rows: [
          [
            cell(
              tableOf('peopleProjects', 'builder', {
                title: 'Projects',
                rows: 'queries.builder.data?.projects',
                height: inside,
                search: false,
                perPage: 6,
                empty: { title: 'No projects', hint: 'This builder does not lead a project.' },
                columns: [
                  { key: 'name', title: 'Project', width: 160 },
                  { key: 'stage', title: 'Stage', width: 100 },
                  { key: 'status', title: 'Status', width: 80 },
                  { key: 'goal', title: 'Goal', width: 290, wrap: true },
                ],
              }),
            ),
          ],
        ],
      },
    ],
  });
}

export const peoplePage: Page = {
  handle: 'people',
  name: 'People',
  icon: 'IconUsers',
  onLoad: load('builders', 'directory'),
  rows: [
    ...pageHeader('people', 'People', 'All builders, with their weeks and projects.', ['builders']),
    [
      cell(
        dropdown('peopleTeam', {
          label: 'Team',
          schema: '{{queries.directory.data?.teams ?? []}}',
          onSelect: [run('builders')],
        }),
        1,
      ),
      cell(
        dropdown('peopleStatus', {
          label: 'Status',
          choices: choicesOf(valuesOf(resources.builder.operations.list.input.shape.status)),
          onSelect: [run('builders')],
        }),
        1,
      ),
      cell(text('peopleSpace', '', { height: 64, mobileHeight: 8 }), 2),
    ],
    [
      cell(
        tableOf('peopleTable', 'builders', {
          title: 'Builders',
          height: DETAIL,
          onRow: [set('builderId', '{{components.peopleTable.selectedRow.builderId}}'), run('builder')],
          empty: { title: 'No builders found', hint: 'Clear the filters, or import builders first.' },
          columns: [
            { key: 'name', title: 'Name', width: 190 },
            { key: 'team', title: 'Team', width: 140 },
            { key: 'status', title: 'Status', width: 100, color: statusColor },
          ],
        }),
        2,
      ),
      cell(builderTabs(), 3),
    ],
  ],
};

export const projectsPage: Page = {
  handle: 'projects',
  name: 'Projects',
  icon: 'IconBriefcase',
  onLoad: load('projects'),
  rows: [
    ...pageHeader('projects', 'Projects', 'All projects: stage, goal, market and growth.', ['projects']),
    [
      cell(
        dropdown('projectsStage', {
          label: 'Stage',
          choices: choicesOf(valuesOf(resources.project.operations.list.input.shape.stage)),
          onSelect: [run('projects')],
        }),
      ),
      cell(
        dropdown('projectsStatus', {
          label: 'Status',
          choices: choicesOf(valuesOf(resources.project.operations.list.input.shape.status)),
          onSelect: [run('projects')],
        }),
      ),
    ],
    [
      cell(
        tableOf('projectsTable', 'projects', {
          title: 'Projects',
          height: DETAIL,
          onRow: [set('projectId', '{{components.projectsTable.selectedRow.projectId}}'), run('project')],
          empty: { title: 'No projects found', hint: 'Clear the filters, or import projects first.' },
          columns: [
            { key: 'name', title: 'Project', width: 200 },
            { key: 'stage', title: 'Stage', width: 100 },
            { key: 'market', title: 'Market', width: 110, align: 'right' },
          ],
        }),
        2,
      ),
      cell(
        tabs('projectTabs', {
          height: DETAIL,
          tabs: [
            {
              id: 'summary',
              title: 'Summary',
              rows: [
                [
                  cell(
                    cardOf('projectSummary', 'project', {
                      from: 'summary',
                      height: DETAIL - 96,
                      card: false,
                      empty: PICK,
                    }),
                  ),
                ],
              ],
            },
            {
              id: 'growth',
              title: 'Growth',
              rows: [
                [
                  cell(
                    chartOf('projectUsers', 'project', {
                      title: 'Active users',
                      from: 'users',
                      height: 248,
                      empty: NO_WEEKS,
                    }),
                  ),
                ],
                [
                  cell(
                    chartOf('projectRevenue', 'project', {
                      title: 'Revenue',
                      from: 'revenue',
                      height: 248,
                      empty: NO_WEEKS,
                    }),
                  ),
                ],
              ],
            },
          ],
        }),
        3,
      ),
    ],
  ],
};

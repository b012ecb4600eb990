import { clear, load, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, tableOf } from '../build/blocks.ts';
import { input } from '../build/fields.ts';
import type { Page, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs } from '../build/widgets.ts';

const name = '{{variables.templateName}}';
const version = '{{components.templateVersionsTable.selectedRow.version}}';
const again = [run('templates'), run('templateVersions')];

export const templateQueries: Query[] = [
  api.read('templates', 'workflowTemplate.list', { options: { limit: '200' }, transform: 'templates' }),
  api.read('template', 'workflowTemplate.get', { options: { name }, transform: 'template' }),
  api.read('templateVersions', 'workflowTemplate.listVersions', {
    options: { name, limit: '100' },
    transform: 'template-versions',
  }),
  api.read('templateDryRun', 'workflowTemplate.dryRun', {
    options: { name, version, instances: '50' },
    transform: 'template-dry-run',
  }),
];

/** For those who may publish. */
export const templateReleaseQueries: Query[] = [
  api.write('approveTemplate', 'workflowTemplate.approve', {
    options: { name, version, comment: '{{components.templateComment.value}}' },
    done: 'You approved this version.',
    next: [clear('templateComment'), ...again],
  }),
  api.write('publishTemplate', 'workflowTemplate.publish', {
    options: { name, version, seen: '{{queries.templateVersions.data?.published ?? 0}}' },
    confirm: 'Publish this version? New processes run it; those that have started stay on theirs.',
    done: 'The version is published.',
    next: again,
  }),
];

const PICK = { title: 'No template chosen', hint: 'Choose a template from the list.' };
const DETAIL = 640;
const inside = DETAIL - 96;

const definition: Row[] = [
  [cell(cardOf('templateCard', 'template', { from: 'card', height: inside, card: false, empty: PICK }))],
];

const noVersion = '!components.templateVersionsTable.selectedRow?.version';

/** Approve and publish; a comment is what the second person writes. */
const release: Row[] = [
  [cell(input('templateComment', { label: 'Comment of your approval' }))],
  [
    cell(
      button('templateApprove', 'Approve', [run('approveTemplate')], {
        busy: '{{queries.approveTemplate.isLoading}}',
        disabled: `{{${noVersion} || (components.templateComment.value ?? '').trim().length < 3}}`,
      }),
    ),
    cell(
      button('templatePublish', 'Publish', [run('publishTemplate')], {
        busy: '{{queries.publishTemplate.isLoading}}',
        disabled: `{{${noVersion}}}`,
        kind: 'primary',
      }),
    ),
  ],
];

const versions = (mayRelease: boolean): Row[] => [
  [
    cell(
      tableOf('templateVersionsTable', 'templateVersions', {
        title: 'Versions',
        height: 240,
        perPage: 4,
        search: false,
        onRow: [run('templateDryRun')],
        empty: PICK,
        columns: [
          { key: 'version', title: 'Version', width: 75, align: 'right' },
          { key: 'state', title: 'State', width: 95 },
          { key: 'comment', title: 'Comment', width: 150, wrap: true },
          { key: 'by', title: 'By', width: 95 },
          { key: 'approved', title: 'Approved by', width: 105 },
        ],
      }),
    ),
  ],
  ...(mayRelease ? release : []),
  [
    cell(
      button('templateDryRunAgain', 'Dry run on stored instances', [run('templateDryRun')], {
        busy: '{{queries.templateDryRun.isLoading}}',
        disabled: `{{${noVersion}}}`,
      }),
    ),
  ],
  [
    cell(
      cardOf('templateDryRunCard', 'templateDryRun', {
        from: 'card',
        height: inside - (mayRelease ? 432 : 304),
        card: false,
        empty: {
          title: 'No dry run yet',
          hint: 'Choose a version: the newest instances are walked through it, and nothing is carried out.',
        },
      }),
    ),
  ],
];

/** @param mayRelease whether those who see the page may approve and publish */
export const templatesPage = (mayRelease: boolean): Page => ({
  handle: 'templates',
  name: 'Process templates',
  icon: 'IconTemplate',
  onLoad: load('templates'),
  rows: [
    ...pageHeader(
      'templates',
      'Process templates',
      'What processes do, step by step, in which version, and what a change would have done to stored instances.',
      ['templates'],
    ),
    [
      cell(
        tableOf('templatesTable', 'templates', {
          title: 'Process templates',
          height: DETAIL,
          onRow: [
            set('templateName', '{{components.templatesTable.selectedRow.name}}'),
            run('template'),
            run('templateVersions'),
          ],
          empty: { title: 'No templates', hint: 'Save one with POST /api/v1/workflow-templates.' },
          columns: [
            { key: 'title', title: 'Template', width: 240, wrap: true },
            { key: 'steps', title: 'Steps', width: 60, align: 'right' },
            { key: 'published', title: 'Published', width: 90 },
            { key: 'newest', title: 'Newest', width: 75 },
          ],
        }),
        5,
      ),
      cell(
        tabs('templateTabs', {
          height: DETAIL,
          tabs: [
            { id: 'steps', title: 'Steps', rows: definition },
            { id: 'versions', title: 'Versions', rows: versions(mayRelease) },
          ],
        }),
        6,
      ),
    ],
  ],
});

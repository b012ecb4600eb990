import { clear, load, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, tableOf } from '../build/blocks.ts';
import { input, textArea } from '../build/fields.ts';
import type { Page, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs } from '../build/widgets.ts';

const name = '{{variables.noticeTemplate}}';
const version = '{{components.noticeVersionsTable.selectedRow.version}}';
const entered = (field: string) => `{{components.${field}.value}}`;

export const noticeTemplateQueries: Query[] = [
  api.read('noticeTemplates', 'notificationTemplate.list', { transform: 'notice-templates' }),
  api.read('noticeTemplate', 'notificationTemplate.get', { options: { name }, transform: 'notice-template' }),
  api.read('noticeVersions', 'notificationTemplate.listVersions', {
    options: { name, limit: '100' },
    transform: 'notice-versions',
  }),
  api.read('noticePreview', 'notificationTemplate.preview', {
    options: { name },
    transform: 'notice-preview',
  }),
  api.read('noticeVersionPreview', 'notificationTemplate.preview', {
    options: { name, version },
    transform: 'notice-preview',
  }),
  api.write('saveNoticeTemplate', 'notificationTemplate.edit', {
    options: {
      name,
      subject: entered('noticeSubject'),
      mjml: entered('noticeMjml'),
      text: entered('noticeText'),
      expectedVersion: '{{queries.noticeVersions.data?.rows?.[0]?.version ?? 0}}',
      comment: entered('noticeComment'),
    },
    done: 'Version {{queries.saveNoticeTemplate.data.version}} is saved. Publish it so that it is sent.',
    next: [clear('noticeComment'), run('noticeTemplates'), run('noticeVersions')],
  }),
  api.write('publishNoticeTemplate', 'notificationTemplate.publish', {
    options: { name, version },
    confirm: 'Send this version from now on?',
    done: 'The version is published.',
    next: [run('noticeTemplates'), run('noticeVersions'), run('noticePreview'), run('noticeTemplate')],
  }),
  api.write('defaultNoticeTemplate', 'notificationTemplate.publish', {
    options: { name, version: '0' },
    confirm: 'Go back to the text that comes with AI Manager?',
    done: 'The default is sent from now on.',
    next: [run('noticeTemplates'), run('noticeVersions'), run('noticePreview'), run('noticeTemplate')],
  }),
  api.write('testNoticeTemplate', 'notificationTemplate.test', {
    options: { name, version: "{{components.noticeVersionsTable.selectedRow?.version ?? ''}}" },
    done: 'An e-mail with the sample is sent to you.',
  }),
];

const PICK = { title: 'No template chosen', hint: 'Choose a template from the list.' };
const DETAIL = 680;
const inside = DETAIL - 96;
const noTemplate = '{{!variables.noticeTemplate}}';
const noVersion = '{{!components.noticeVersionsTable.selectedRow?.version}}';

const preview: Row[] = [
  [
    cell(
      cardOf('noticePreviewCard', 'noticePreview', {
        from: 'card',
        height: inside - 56,
        card: false,
        empty: PICK,
      }),
    ),
  ],
  [
    cell(
      button('noticeTest', 'Send me a test', [run('testNoticeTemplate')], {
        busy: '{{queries.testNoticeTemplate.isLoading}}',
        disabled: noTemplate,
      }),
    ),
  ],
];

const edit: Row[] = [
  [
    cell(
      input('noticeSubject', {
        label: 'Subject',
        value: '{{queries.noticeTemplate.data?.subject}}',
        required: true,
        most: 300,
      }),
    ),
  ],
  [
    cell(
      textArea('noticeMjml', {
        label: 'E-mail, in MJML with Liquid',
        value: '{{queries.noticeTemplate.data?.mjml}}',
        most: 60000,
        height: 200,
      }),
    ),
  ],
  [
    cell(
      textArea('noticeText', {
        label: 'Plain text',
        value: '{{queries.noticeTemplate.data?.text}}',
        required: true,
        most: 20000,
        height: 136,
      }),
    ),
  ],
  [cell(input('noticeComment', { label: 'What changed and why', required: true, least: 3, most: 500 }))],
  [
    cell(
      button('noticeSave', 'Save as new version', [run('saveNoticeTemplate')], {
        kind: 'primary',
        busy: '{{queries.saveNoticeTemplate.isLoading}}',
        disabled: '{{!variables.noticeTemplate || (components.noticeComment.value ?? "").trim().length < 3}}',
      }),
    ),
  ],
];

const versions: Row[] = [
  [
    cell(
      tableOf('noticeVersionsTable', 'noticeVersions', {
        title: 'Versions',
        height: 240,
        perPage: 4,
        search: false,
        onRow: [run('noticeVersionPreview')],
        empty: { title: 'No versions of your own', hint: 'The default is sent. Change it under Edit.' },
        columns: [
          { key: 'version', title: 'Version', width: 75, align: 'right' },
          { key: 'state', title: 'State', width: 100 },
          { key: 'comment', title: 'Comment', width: 200, wrap: true },
          { key: 'by', title: 'By', width: 130 },
        ],
      }),
    ),
  ],
  [
    cell(
      button('noticePublish', 'Publish', [run('publishNoticeTemplate')], {
        kind: 'primary',
        busy: '{{queries.publishNoticeTemplate.isLoading}}',
        disabled: noVersion,
      }),
    ),
    cell(
      button('noticeDefault', 'Back to the default', [run('defaultNoticeTemplate')], {
        kind: 'danger',
        busy: '{{queries.defaultNoticeTemplate.isLoading}}',
        disabled: '{{queries.noticeTemplate.data?.mayReset !== true}}',
      }),
    ),
  ],
  [
    cell(
      cardOf('noticeVersionCard', 'noticeVersionPreview', {
        from: 'card',
        height: inside - 312,
        card: false,
        empty: { title: 'No version chosen', hint: 'Choose a version to see how it looks.' },
      }),
    ),
  ],
];

/** Texts that people are sent: seen, changed, tried and published. */
export const noticeTemplatesPage: Page = {
  handle: 'notification-templates',
  name: 'Message texts',
  icon: 'IconMailCog',
  allowed: ['ai-manager-executive'],
  onLoad: load('noticeTemplates'),
  rows: [
    ...pageHeader(
      'noticeTemplates',
      'Message texts',
      'What e-mails and notifications say. Change a text, look at it, and publish it.',
      ['noticeTemplates'],
    ),
    [
      cell(
        tableOf('noticeTemplatesTable', 'noticeTemplates', {
          title: 'Message texts',
          height: DETAIL,
          onRow: [
            set('noticeTemplate', '{{components.noticeTemplatesTable.selectedRow.name}}'),
            run('noticeTemplate'),
            run('noticeVersions'),
            run('noticePreview'),
          ],
          empty: { title: 'No templates', hint: 'Press Refresh.' },
          columns: [
            { key: 'title', title: 'Text', width: 190, wrap: true },
            { key: 'about', title: 'About', width: 110 },
            { key: 'sent', title: 'Sent now', width: 110 },
          ],
        }),
        5,
      ),
      cell(
        tabs('noticeTemplateTabs', {
          height: DETAIL,
          tabs: [
            { id: 'preview', title: 'Preview', rows: preview },
            { id: 'edit', title: 'Edit', rows: edit },
            { id: 'versions', title: 'Versions', rows: versions },
          ],
        }),
        6,
      ),
    ],
  ],
};

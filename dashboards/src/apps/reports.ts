import { resources } from '@ai-manager/api/catalogue';
import { load, run } from '../build/actions.ts';
import { cardOf, pageHeader, section, tableOf } from '../build/blocks.ts';
import { dropdown, input } from '../build/fields.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell } from '../build/widgets.ts';

const chosen = '{{components.reportsTable.selectedRow.reportId}}';
const { reports } = resources.audit.operations;

const TITLES: Record<string, string> = {
  'gdpr-events': 'GDPR: extract of events',
  'soc2-access-review': 'SOC 2: review of access',
  'soc2-events': 'SOC 2: extract of events',
  'iso27001-access-review': 'ISO 27001: review of access',
  'iso27001-events': 'ISO 27001: extract of events',
  'nis2-access-review': 'NIS2: review of access',
  'nis2-events': 'NIS2: extract of events',
};

/** The beginning of a day that was typed; nothing without one. */
const dayOf = (field: string) =>
  `{{components.${field}.value ? components.${field}.value + 'T00:00:00Z' : ''}}`;
const isDay = (field: string) => `/^(\\d{4}-\\d{2}-\\d{2})?$/.test(components.${field}.value ?? '')`;

export const reportQueries: Query[] = [
  api.read('complianceReports', 'audit.listReports', {
    options: { limit: '200' },
    transform: 'compliance-reports',
  }),
  api.read('complianceReport', 'audit.getReport', {
    options: { reportId: chosen },
    transform: 'compliance-report',
  }),
  api.write('makeComplianceReport', 'audit.reports', {
    options: {
      kind: '{{components.reportKind.value}}',
      from: dayOf('reportFrom'),
      to: dayOf('reportTo'),
    },
    done: 'The report is made and is in the list.',
    next: [run('complianceReports')],
  }),
];

/** Compliance reports that are kept, with what each does not cover; for administrators. */
export const reportsPage: Page = {
  handle: 'compliance-reports',
  name: 'Reports',
  icon: 'IconFileCertificate',
  allowed: ['ai-manager-admin'],
  onLoad: load('complianceReports'),
  rows: [
    ...pageHeader(
      'reports',
      'Reports',
      'Compliance reports that are kept: the standard and control of each, and what it does not cover.',
      ['complianceReports'],
    ),
    [
      cell(
        tableOf('reportsTable', 'complianceReports', {
          title: 'Compliance reports',
          height: 360,
          perPage: 6,
          onRow: [run('complianceReport')],
          empty: { title: 'No reports', hint: 'Make one below.' },
          columns: [
            { key: 'title', title: 'Report', width: 220 },
            { key: 'period', title: 'Period', width: 200 },
            { key: 'controls', title: 'Controls', width: 220, wrap: true },
            { key: 'files', title: 'Files', width: 70, align: 'right' },
            { key: 'madeBy', title: 'Made by', width: 150 },
            { key: 'madeAt', title: 'Made', width: 180 },
          ],
        }),
      ),
    ],
    [
      cell(
        cardOf('reportDetail', 'complianceReport', {
          from: 'card',
          height: 280,
          empty: { title: 'No report chosen', hint: 'Choose a report in the table.' },
        }),
      ),
    ],
    section('reportNewTitle', 'Make a report'),
    [
      cell(
        dropdown('reportKind', {
          label: 'Report',
          choices: reports.input.shape.kind.options.map((kind) => [kind, TITLES[kind] ?? kind]),
        }),
        2,
      ),
      cell(input('reportFrom', { label: 'From (UTC)', placeholder: '2026-01-01' })),
      cell(input('reportTo', { label: 'Before (UTC)', placeholder: '2027-01-01' })),
      cell(
        button('reportMake', 'Make report', [run('makeComplianceReport')], {
          kind: 'primary',
          busy: '{{queries.makeComplianceReport.isLoading}}',
          disabled: `{{!components.reportKind.value || !${isDay('reportFrom')} || !${isDay('reportTo')}}}`,
        }),
      ),
    ],
  ],
};

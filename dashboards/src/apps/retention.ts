import { clear, load, run } from '../build/actions.ts';
import { cardOf, pageHeader, section, tableOf } from '../build/blocks.ts';
import { input } from '../build/fields.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, text } from '../build/widgets.ts';

const kind = 'components.retentionKindsTable.selectedRow?.kind';
const basis = 'queries.analyticsBasis.data';
const days = 'components.retentionDays.value';
const seen = 'queries.retentionPreview.data';
/** Whether the preview is of the kind and the days that are to be set. */
const isSeen = `${seen}?.kind === ${kind} && String(${seen}?.days) === ${days}`;
const again = [run('retentionKinds'), run('retentionDue')];

export const retentionQueries: Query[] = [
  api.read('retentionKinds', 'retention.list', { options: { limit: '200' }, transform: 'retention-kinds' }),
  api.read('retentionDue', 'retention.preview', { transform: 'retention-due' }),
  api.read('analyticsBasis', 'analyticsBasis.get'),
  ...(['objection', 'consent'] as const).map((basis) =>
    api.write(basis === 'consent' ? 'requireConsent' : 'allowObjection', 'analyticsBasis.set', {
      options: { basis },
      confirm:
        basis === 'consent'
          ? 'Count only people who agree, from today on? Figures leave out everyone else, also after a change back.'
          : 'Count people unless they object, from today on?',
      done: 'Saved.',
      next: [run('analyticsBasis')],
    }),
  ),
  api.read('retentionPreview', 'retention.preview', {
    options: { kind: `{{${kind}}}`, days: `{{${days}}}` },
    transform: 'retention-preview',
  }),
  api.write('setRetentionDays', 'retention.set', {
    options: {
      kind: `{{${kind}}}`,
      days: `{{${days}}}`,
      previewed: `{{${isSeen} ? ${seen}?.count : ''}}`,
    },
    confirm: 'Change for how long this is kept? What a shorter period deletes cannot be brought back.',
    done: 'Saved. A shorter period begins in the night after its preview.',
    next: [clear('retentionDays'), ...again],
  }),
  api.write('dryRunRetention', 'retention.dryRun', {
    options: { kind: `{{${kind}}}` },
    done: 'Counted. A period that waits begins in the coming night.',
    next: again,
  }),
  api.write('runRetention', 'retention.run', {
    confirm: 'Delete now what is older than it is kept? It cannot be brought back.',
    done: 'Done. What was deleted is in the audit trail.',
    next: again,
  }),
];

const unchosen = `!${kind}`;

/** Kinds of data, for how long each is kept, and what that deletes; for administrators. */
export const retentionPage: Page = {
  handle: 'data-retention',
  name: 'Retention',
  icon: 'IconClockHour4',
  allowed: ['ai-manager-admin'],
  onLoad: load('retentionKinds', 'retentionDue', 'analyticsBasis'),
  rows: [
    ...pageHeader(
      'dataRetention',
      'Retention',
      'How long each kind of data is kept, and what that deletes.',
      ['retentionKinds', 'retentionDue'],
    ),
    [
      cell(
        tableOf('retentionKindsTable', 'retentionKinds', {
          title: 'Kinds of data',
          height: 400,
          perPage: 7,
          search: false,
          onRow: [run('retentionPreview')],
          empty: { title: 'No kinds', hint: 'Kinds of data come with the API.' },
          columns: [
            { key: 'title', title: 'Data', width: 260, wrap: true },
            { key: 'days', title: 'Kept', width: 190, wrap: true },
            { key: 'limits', title: 'Can be set', width: 170 },
            { key: 'plan', title: 'Plan', width: 110 },
            { key: 'ran', title: 'Last run', width: 180 },
            { key: 'setBy', title: 'Set by', width: 130 },
          ],
        }),
      ),
    ],
    [
      cell(
        cardOf('retentionPreviewCard', 'retentionPreview', {
          from: 'card',
          height: 152,
          empty: { title: 'No preview', hint: 'Choose a kind, enter days and press Preview.' },
        }),
      ),
      cell(
        cardOf('retentionDueCard', 'retentionDue', {
          from: 'card',
          height: 152,
          empty: { title: 'Unknown', hint: 'It could not be counted. Press Refresh.' },
        }),
      ),
    ],
    [
      cell(input('retentionDays', { label: 'Days', placeholder: '90' })),
      cell(
        button('retentionLook', 'Preview', [run('retentionPreview')], {
          kind: 'primary',
          busy: '{{queries.retentionPreview.isLoading}}',
          disabled: `{{${unchosen}}}`,
        }),
      ),
      cell(
        button('retentionSet', 'Set days', [run('setRetentionDays')], {
          busy: '{{queries.setRetentionDays.isLoading}}',
          disabled: `{{${unchosen} || !(Number(${days}) > 0)}}`,
        }),
      ),
      cell(
        button('retentionDryRun', 'Dry run', [run('dryRunRetention')], {
          busy: '{{queries.dryRunRetention.isLoading}}',
          disabled: `{{${unchosen}}}`,
        }),
      ),
      cell(
        button('retentionRun', 'Run now', [run('runRetention')], {
          kind: 'danger',
          busy: '{{queries.runRetention.isLoading}}',
        }),
      ),
    ],
    section('analyticsBasisTitle', 'Analytics'),
    [
      cell(
        text(
          'analyticsBasisText',
          `{{${basis}?.basis === 'consent' ? 'People count in analytics only while they agree. ' + ${basis}.agreed + ' agree now.' : 'People count in analytics unless they object. ' + (${basis}?.agreed ?? 0) + ' have agreed in advance.'}}`,
        ),
        3,
      ),
      cell(
        button('analyticsBasisConsent', 'Only who agrees', [run('requireConsent')], {
          busy: '{{queries.requireConsent.isLoading}}',
          disabled: `{{${basis}?.basis !== 'objection'}}`,
        }),
        1,
      ),
      cell(
        button('analyticsBasisObjection', 'Unless they object', [run('allowObjection')], {
          busy: '{{queries.allowObjection.isLoading}}',
          disabled: `{{${basis}?.basis !== 'consent'}}`,
        }),
        1,
      ),
    ],
  ],
};

import { clear, load, run } from '../build/actions.ts';
import { pageHeader, section, statusColor, tableOf } from '../build/blocks.ts';
import { textArea } from '../build/fields.ts';
import type { Page, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, text } from '../build/widgets.ts';

const consent = 'queries.myConsent.data';

const through = `(${consent}.agreedThrough ? ', sent by the key ' + ${consent}.agreedThrough : '')`;
const consentText = `(${consent}.basis === 'consent' ? 'Your company counts people in analytics only while they agree. ' : 'Your company counts people in analytics unless they object. ') + (${consent}.agreed ? 'You agreed on ' + ${consent}.agreedAt.slice(0, 10) + ${through} + '.' : 'You have not agreed.')`;

export const myDataQueries: Query[] = [
  api.read('myAccesses', 'access.mine', { options: { limit: '200' }, transform: 'accesses' }),
  api.read('myDataRequests', 'myData.list', { options: { limit: '100' }, transform: 'data-requests' }),
  api.read('myConsent', 'myData.consent'),
  ...(['agree', 'disagree'] as const).map((answer) =>
    api.write(`${answer}ToAnalytics`, 'myData.setConsent', {
      options: { agree: String(answer === 'agree') },
      done: answer === 'agree' ? 'You count in analytics from today on.' : 'You count no more from today on.',
      next: [run('myConsent')],
    }),
  ),
  api.write('exportMyData', 'myData.request', {
    options: { kind: 'export' },
    done: 'The export is running. Refresh in a minute to download it.',
    next: [run('myDataRequests')],
  }),
  api.write('correctMyData', 'myData.request', {
    options: { kind: 'correction', text: '{{components.myDataText.value}}' },
    done: 'An administrator will answer by {{queries.correctMyData.data.dueAt.slice(0, 10)}}.',
    next: [clear('myDataText'), run('myDataRequests')],
  }),
];

/** Who read a person's data, and what the person asks about it. */
export const myDataRows: Row[] = [
  section('myDataTitle', 'Who looked'),
  [
    cell(
      tableOf('myAccessesTable', 'myAccesses', {
        title: 'Who looked',
        height: 420,
        perPage: 7,
        onRow: [],
        empty: { title: 'No one looked', hint: 'What you read yourself is not recorded.' },
        columns: [
          { key: 'last', title: 'Last', width: 170 },
          { key: 'sentence', title: 'Who read what, for which purpose', width: 620, wrap: true },
          { key: 'times', title: 'Times', width: 80, align: 'right' },
        ],
      }),
    ),
  ],
  section('myConsentTitle', 'Analytics'),
  [
    cell(text('myConsentText', `{{${consent} ? ${consentText} : ''}}`), 3),
    cell(
      button('myConsentAgree', 'Agree', [run('agreeToAnalytics')], {
        busy: '{{queries.agreeToAnalytics.isLoading}}',
        disabled: `{{${consent}?.agreed !== false}}`,
      }),
      1,
    ),
    cell(
      button('myConsentTakeBack', 'Take it back', [run('disagreeToAnalytics')], {
        busy: '{{queries.disagreeToAnalytics.isLoading}}',
        disabled: `{{${consent}?.agreed !== true}}`,
      }),
      1,
    ),
  ],
  section('myDataAsk', 'Export and correction'),
  [
    cell(
      tableOf('myDataTable', 'myDataRequests', {
        title: 'My requests about my data',
        height: 320,
        perPage: 5,
        search: false,
        onRow: [],
        empty: { title: 'No requests', hint: 'Export your data, or say what is wrong in it.' },
        columns: [
          { key: 'created', title: 'Requested', width: 170 },
          { key: 'kind', title: 'Kind', width: 100 },
          { key: 'state', title: 'State', width: 100, color: statusColor },
          { key: 'text', title: 'What is wrong', width: 240, wrap: true },
          { key: 'answer', title: 'Answer', width: 240, wrap: true },
        ],
      }),
    ),
  ],
  [
    cell(
      textArea('myDataText', {
        label: 'What is wrong and what is right, at least 10 characters',
        most: 500,
        height: 96,
      }),
      3,
    ),
    cell(
      button('myDataCorrect', 'Ask for a correction', [run('correctMyData')], {
        kind: 'primary',
        busy: '{{queries.correctMyData.isLoading}}',
        disabled: '{{(components.myDataText.value ?? "").trim().length < 10}}',
      }),
      1,
    ),
    cell(
      button('myDataExport', 'Export my data', [run('exportMyData')], {
        busy: '{{queries.exportMyData.isLoading}}',
      }),
      1,
    ),
    cell(
      button(
        'myDataDownload',
        'Download',
        [{ do: 'open-webpage', url: '{{queries.myDataRequests.data.file}}' }],
        {
          disabled: '{{!queries.myDataRequests.data?.file}}',
        },
      ),
      1,
    ),
  ],
];

/** For everyone who is no builder: builders have it below their history. */
export const myDataPage: Page = {
  handle: 'my-data',
  name: 'My data',
  icon: 'IconUserSearch',
  onLoad: load('myAccesses', 'myDataRequests', 'myConsent'),
  rows: [
    ...pageHeader('myDataPage', 'My data', 'Who read data about you, an export and corrections.', [
      'myAccesses',
      'myDataRequests',
      'myConsent',
    ]),
    ...myDataRows,
  ],
};

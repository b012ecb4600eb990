import { clear, load, run } from '../build/actions.ts';
import { cardOf, chartOf, pageHeader, section, tableOf } from '../build/blocks.ts';
import { dropdown, input, textArea } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, text } from '../build/widgets.ts';

export const spendQueries: Query[] = [
  api.read('assistantSpend', 'assistantSpend.report', {
    options: { weeks: '{{components.spendWeeks.value}}' },
    transform: 'assistant-spend',
  }),
  api.read('assistantPrices', 'assistantSpend.listPrices', {
    options: { limit: '200' },
    transform: 'assistant-prices',
  }),
  api.read('conversationCompliance', 'conversationCompliance.report', {
    options: {},
    transform: 'conversation-compliance',
  }),
  api.write('setAssistantPrice', 'assistantSpend.setPrice', {
    options: {
      model: '{{components.priceModel.value}}',
      validFrom: '{{components.priceFrom.value}}',
      input: '{{components.priceInput.value}}',
      output: '{{components.priceOutput.value}}',
    },
    done: 'The price is set.',
    next: [clear('priceModel'), run('assistantPrices'), run('assistantSpend')],
  }),
  api.write('importSpend', 'assistantSpend.import', {
    options: { vendor: '{{components.spendVendor.value}}', csv: '{{components.spendCsv.value}}' },
    done: 'The export is imported.',
    next: [clear('spendCsv'), run('assistantSpend')],
  }),
];

const NONE = {
  title: 'No spend yet',
  hint: 'Save conversations with the capture command, or import an export of a vendor below.',
};
const FIGURE = { height: 120, mobileHeight: 96, empty: NONE };

export const spendPage: Page = {
  handle: 'assistant-spend',
  name: 'Assistants: cost and return',
  icon: 'IconCoin',
  onLoad: load('assistantSpend', 'assistantPrices', 'conversationCompliance'),
  rows: [
    ...pageHeader(
      'assistantSpend',
      'Assistants: cost and return',
      'What coding assistants cost, and what they led to. Estimates; correlation, not cause.',
      ['assistantSpend', 'assistantPrices', 'conversationCompliance'],
    ),
    [
      cell(
        dropdown('spendWeeks', {
          label: 'Weeks that are over',
          placeholder: '12 weeks',
          choices: [
            ['4', '4 weeks'],
            ['12', '12 weeks'],
            ['26', '26 weeks'],
          ],
          onSelect: [run('assistantSpend')],
        }),
        1,
      ),
      cell(
        text('spendNote', "{{queries.assistantSpend.data?.note ?? ''}}", {
          color: color.muted,
          height: 48,
          mobileHeight: 96,
        }),
        3,
      ),
    ],
    [
      cell(cardOf('spendEstimated', 'assistantSpend', { from: 'estimatedCard', ...FIGURE })),
      cell(cardOf('spendBilled', 'assistantSpend', { from: 'billedCard', ...FIGURE })),
      cell(cardOf('spendPerCommit', 'assistantSpend', { from: 'perCommitCard', ...FIGURE })),
      cell(cardOf('spendUnlinked', 'assistantSpend', { from: 'unlinkedCard', ...FIGURE })),
      cell(cardOf('spendUnused', 'assistantSpend', { from: 'unusedCard', ...FIGURE })),
    ],
    [
      cell(
        chartOf('spendTrend', 'assistantSpend', {
          title: 'Dollars by week',
          from: 'trend',
          bars: 'group',
          height: 320,
          empty: NONE,
        }),
      ),
      cell(
        tableOf('spendTable', 'assistantSpend', {
          title: 'By tool and model',
          height: 320,
          perPage: 5,
          download: true,
          empty: NONE,
          columns: [
            { key: 'name', title: 'Tool and model', width: 330 },
            { key: 'estimated', title: 'Estimated', width: 110, align: 'right' },
            { key: 'billed', title: 'Billed', width: 110, align: 'right' },
          ],
        }),
      ),
    ],
    [
      cell(
        tableOf('spendLicences', 'assistantSpend', {
          title: 'Seats that were not in use',
          rows: 'queries.assistantSpend.data?.licences',
          height: 280,
          perPage: 4,
          empty: {
            title: 'None',
            hint: 'Every seat was in use in the last 30 days, or there are no licences.',
          },
          columns: [
            { key: 'licence', title: 'Licence', width: 180 },
            { key: 'product', title: 'Product', width: 140 },
            { key: 'seats', title: 'Seats', width: 70, align: 'right' },
            { key: 'peak', title: 'Peak', width: 70, align: 'right' },
            { key: 'unused', title: 'Unused', width: 80, align: 'right' },
          ],
        }),
      ),
      cell(
        tableOf('spendCompliance', 'conversationCompliance', {
          title: 'Captured, redacted, exported, erased',
          height: 280,
          perPage: 4,
          download: true,
          empty: { title: 'Nothing yet', hint: 'No conversation was stored in the last 30 days.' },
          columns: [
            { key: 'what', title: 'What', width: 100 },
            { key: 'detail', title: 'Which', width: 310 },
            { key: 'count', title: 'Count', width: 90, align: 'right' },
          ],
        }),
      ),
    ],
    section('spendPricesTitle', 'Prices, in dollars for a million tokens'),
    [
      cell(
        tableOf('spendPrices', 'assistantPrices', {
          title: 'Prices',
          height: 360,
          perPage: 6,
          empty: { title: 'No prices', hint: 'Set one, so that tokens of the model have a cost.' },
          columns: [
            { key: 'model', title: 'Model', width: 210 },
            { key: 'validFrom', title: 'From', width: 110 },
            { key: 'input', title: 'Input', width: 70, align: 'right' },
            { key: 'output', title: 'Output', width: 80, align: 'right' },
            { key: 'cache', title: 'Cache read / write', width: 150 },
            { key: 'setBy', title: 'Set by', width: 130 },
          ],
        }),
      ),
    ],
    [
      cell(input('priceModel', { label: 'Model', placeholder: 'claude-sonnet-4-5' })),
      cell(input('priceFrom', { label: 'From', placeholder: '2026-11-01' })),
      cell(input('priceInput', { label: 'Input', placeholder: '3' })),
      cell(input('priceOutput', { label: 'Output', placeholder: '15' })),
      cell(
        button('priceSet', 'Set the price', [run('setAssistantPrice')], {
          busy: '{{queries.setAssistantPrice.isLoading}}',
          disabled: '{{!components.priceModel.value || !components.priceFrom.value}}',
        }),
      ),
    ],
    section('spendImportTitle', "A vendor's usage export"),
    [
      cell(input('spendVendor', { label: 'Vendor', placeholder: 'Anthropic' }), 1),
      cell(
        button('spendImport', 'Import', [run('importSpend')], {
          busy: '{{queries.importSpend.isLoading}}',
          disabled: '{{!components.spendVendor.value || !components.spendCsv.value}}',
        }),
        1,
      ),
    ],
    [
      cell(
        textArea('spendCsv', {
          label: 'CSV, with a column for the day and one for the cost',
          placeholder: 'date,model,cost',
        }),
      ),
    ],
  ],
};

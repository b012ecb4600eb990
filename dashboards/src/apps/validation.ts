import { resources } from '@ai-manager/api/catalogue';
import { clear, load, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { choicesOf, dropdown, input, textArea, valuesOf } from '../build/fields.ts';
import type { Page, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs } from '../build/widgets.ts';

const name = '{{variables.validationName}}';
const show = [run('validationSet'), run('validationVersions'), run('validationHistory')];
const resultId = '{{components.validationHistoryTable.selectedRow.resultId}}';
const version = '{{components.validationVersionsTable.selectedRow.version}}';

const ACTIONS = valuesOf(resources.validation.operations.try.input.shape.action);

export const validationQueries: Query[] = [
  api.read('validationSets', 'validationRuleSet.list', {
    options: { limit: '200' },
    transform: 'validation-sets',
  }),
  api.read('validationSet', 'validationRuleSet.get', { options: { name }, transform: 'validation-set' }),
  api.read('validationVersions', 'validationRuleSet.listVersions', {
    options: { name, limit: '100' },
    transform: 'validation-versions',
  }),
  api.read('validationTrial', 'validation.try', {
    options: {
      ruleSet: name,
      text: '{{components.validationText.value}}',
      action: "{{components.validationAction.value ?? 'noop'}}",
    },
    transform: 'validation-verdict',
  }),
  api.read('validationHistory', 'validation.list', {
    options: { ruleSet: name, limit: '100' },
    transform: 'validation-history',
  }),
  api.read('validationResult', 'validation.get', {
    options: { resultId },
    transform: 'validation-verdict',
  }),
  api.read('validationReplay', 'validationRuleSet.replay', {
    options: { name, version },
    transform: 'validation-replay',
  }),
  api.write('overrideValidation', 'validation.override', {
    options: {
      resultId,
      status: "{{components.validationDecision.value ?? 'passed'}}",
      reason: '{{components.validationWhy.value}}',
    },
    confirm: 'Decide on this text? The verdict is kept beside your decision.',
    done: 'Your decision takes the place of the verdict.',
    next: [clear('validationWhy'), run('validationHistory'), run('validationResult')],
  }),
];

/** Only executives change rules. */
export const validationEditQueries: Query[] = [
  api.write('saveValidation', 'validationRuleSet.save', {
    options: {
      name,
      expectedVersion: '{{queries.validationSet.data.version}}',
      rules: '{{components.validationRules.value}}',
      scoring: '{{queries.validationSet.data.scoring}}',
      examples: '{{components.validationExamples.value}}',
      keepTexts: '{{queries.validationSet.data.keepTexts}}',
      comment: '{{components.validationComment.value}}',
    },
    done: 'The version is saved as a draft. Replay past texts by it, then publish it.',
    next: [clear('validationComment'), run('validationSets'), ...show],
  }),
  api.write('publishValidation', 'validationRuleSet.publish', {
    options: { name, version },
    confirm: 'Publish this version? Texts are judged by it from now on.',
    done: 'The version is published.',
    next: [run('validationSets'), ...show],
  }),
];

const PICK = { title: 'No rule set chosen', hint: 'Choose a rule set from the list.' };
const DETAIL = 720;
const inside = DETAIL - 96;
const none = '!queries.validationSet.data?.name';

const rules: Row[] = [
  [
    cell(
      cardOf('validationCard', 'validationSet', { from: 'card', height: inside, card: false, empty: PICK }),
    ),
  ],
];

const trial: Row[] = [
  [cell(textArea('validationText', { label: 'Text', required: true, most: 50_000, height: 136 }))],
  [
    cell(
      dropdown('validationAction', {
        label: 'Action',
        placeholder: 'Only judge',
        choices: choicesOf(ACTIONS),
      }),
    ),
    cell(
      button('validationTry', 'Try', [run('validationTrial')], {
        kind: 'primary',
        busy: '{{queries.validationTrial.isLoading}}',
        disabled: `{{${none} || !components.validationText.value}}`,
      }),
    ),
  ],
  [
    cell(
      cardOf('validationVerdict', 'validationTrial', {
        from: 'card',
        height: inside - 248,
        card: false,
        empty: { title: 'Not tried yet', hint: 'The verdict appears here. Nothing of a trial is kept.' },
      }),
    ),
  ],
];

const history: Row[] = [
  [
    cell(
      tableOf('validationHistoryTable', 'validationHistory', {
        title: 'Verdicts',
        height: 256,
        perPage: 4,
        search: false,
        onRow: [run('validationResult')],
        empty: { title: 'No verdicts yet', hint: 'Texts that are validated appear here.' },
        columns: [
          { key: 'status', title: 'Verdict', width: 85, color: statusColor },
          { key: 'score', title: 'Score', width: 60, align: 'right' },
          { key: 'text', title: 'Text', width: 210 },
          { key: 'effect', title: 'Then', width: 90 },
          { key: 'at', title: 'When', width: 110 },
        ],
      }),
    ),
  ],
  [
    cell(
      cardOf('validationResultCard', 'validationResult', {
        from: 'card',
        height: inside - 368,
        card: false,
        empty: { title: 'No verdict chosen', hint: 'Choose a verdict above.' },
      }),
    ),
  ],
  [
    cell(
      dropdown('validationDecision', {
        label: 'Your decision',
        placeholder: 'Passes',
        choices: [
          ['passed', 'Passes'],
          ['failed', 'Fails'],
        ],
      }),
    ),
    cell(input('validationWhy', { label: 'Reason (10 characters or more)', most: 2000 }), 2),
    cell(
      button('validationOverride', 'Decide', [run('overrideValidation')], {
        busy: '{{queries.overrideValidation.isLoading}}',
        disabled:
          '{{!queries.validationResult.data?.resultId || (components.validationWhy.value ?? "").trim().length < 10}}',
      }),
    ),
  ],
];

function versions(edits: boolean): Row[] {
  return [
    [
      cell(
        tableOf('validationVersionsTable', 'validationVersions', {
          title: 'Versions',
          height: 240,
          perPage: 4,
          search: false,
          onRow: [run('validationReplay')],
          empty: PICK,
          columns: [
            { key: 'version', title: 'Version', width: 75, align: 'right' },
            { key: 'state', title: 'State', width: 100 },
            { key: 'comment', title: 'Comment', width: 220, wrap: true },
            { key: 'by', title: 'By', width: 120 },
          ],
        }),
      ),
    ],
    [
      cell(
        button('validationReplayAgain', 'Replay past texts', [run('validationReplay')], {
          busy: '{{queries.validationReplay.isLoading}}',
          disabled: '{{!components.validationVersionsTable.selectedRow?.version}}',
        }),
      ),
      ...(edits
        ? [
            cell(
              button('validationPublish', 'Publish', [run('publishValidation')], {
                kind: 'primary',
                busy: '{{queries.publishValidation.isLoading}}',
                disabled: '{{!components.validationVersionsTable.selectedRow?.version}}',
              }),
            ),
          ]
        : []),
    ],
    [
      cell(
        cardOf('validationReplayCard', 'validationReplay', {
          from: 'card',
          height: inside - 304,
          card: false,
          empty: {
            title: 'No replay yet',
            hint: 'Choose a version: past texts are judged by it, and nothing is stored.',
          },
        }),
      ),
    ],
  ];
}

const edit: Row[] = [
  [
    cell(
      textArea('validationRules', {
        label: 'Rules (JSON)',
        value: '{{queries.validationSet.data?.rulesJson}}',
        most: 100_000,
        height: 280,
      }),
    ),
  ],
  [
    cell(
      textArea('validationExamples', {
        label: 'Examples (JSON): texts that must pass and fail',
        value: '{{queries.validationSet.data?.examplesJson}}',
        most: 100_000,
        height: 160,
      }),
    ),
  ],
  [
    cell(input('validationComment', { label: 'What changed and why', required: true, most: 500 }), 2),
    cell(
      button('validationSave', 'Save as draft', [run('saveValidation')], {
        kind: 'primary',
        busy: '{{queries.saveValidation.isLoading}}',
        disabled: `{{${none} || (components.validationComment.value ?? "").trim().length < 3}}`,
      }),
    ),
  ],
];

/** Rule sets with a live trial, their history and versions; editors also change and publish them. */
export function validationPage(edits: boolean): Page {
  return {
    handle: 'validation',
    name: 'Validation',
    icon: 'IconChecklist',
    onLoad: load('validationSets'),
    rows: [
      ...pageHeader(
        'validation',
        'Validation',
        'Rules that texts are held against before people rely on them. Try them on a text of yours.',
        ['validationSets'],
      ),
      [
        cell(
          tableOf('validationSetsTable', 'validationSets', {
            title: 'Rule sets',
            height: DETAIL,
            onRow: [set('validationName', '{{components.validationSetsTable.selectedRow.name}}'), ...show],
            empty: { title: 'No rule sets', hint: 'Create one with POST /validation-rule-sets.' },
            columns: [
              { key: 'title', title: 'Rule set', width: 220, wrap: true },
              { key: 'published', title: 'Published', width: 90 },
              { key: 'newest', title: 'Newest', width: 75 },
            ],
          }),
          2,
        ),
        cell(
          tabs('validationTabs', {
            height: DETAIL,
            tabs: [
              { id: 'try', title: 'Try', rows: trial },
              { id: 'rules', title: 'Rules', rows: rules },
              { id: 'history', title: 'History', rows: history },
              { id: 'versions', title: 'Versions', rows: versions(edits) },
              ...(edits ? [{ id: 'edit', title: 'Edit', rows: edit }] : []),
            ],
          }),
          3,
        ),
      ],
    ],
  };
}

import { clear, load, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { dropdown, input, textArea } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query, Row } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs, text } from '../build/widgets.ts';
import { calibrationQueries, calibrationRows } from './calibration.ts';
import { levelQueries, levelRows } from './level.ts';
import { conditionRow } from './rule-condition.ts';
import { newRuleButton, newRuleModal, newRuleQueries } from './rule-new.ts';

/** What is shown stays what it was when the table loads anew and forgets its choice. */
const kind = '{{variables.ruleKind}}';
const key = '{{variables.ruleKey}}';
const choose = [
  set('ruleKind', '{{components.rulesTable.selectedRow.kind}}'),
  set('ruleKey', '{{components.rulesTable.selectedRow.key}}'),
];
const rule =
  '{{Object.assign({}, queries.rule.data.definition, { when: components.ruleWhen.value, message: components.ruleMessage.value, score: Number(components.ruleScore.value), weight: Number(components.ruleWeight.value) })}}';
const expectedVersion = '{{queries.rule.data.version}}';
const comment = '{{components.ruleComment.value}}';
const reload = [clear('ruleComment'), run('rules'), run('rule'), run('ruleVersions')];

export const ruleQueries: Query[] = [
  api.read('rules', 'rule.list', {
    options: { limit: '500', kind: '{{components.rulesKind.value}}' },
    transform: 'rules',
  }),
  api.read('ruleKinds', 'rule.listKinds', { options: { limit: '50' }, transform: 'rule-kinds' }),
  api.read('rule', 'rule.get', { options: { kind, key }, transform: 'rule' }),
  api.read('ruleVersions', 'rule.listVersions', { options: { kind, key, limit: '100' }, transform: 'rules' }),
  api.read('checkRule', 'rule.check', { options: { kind, rule }, transform: 'rule-check' }),
  api.read('replayRule', 'rule.replay', { options: { kind, rule }, transform: 'rule-replay' }),
  api.write('publishRule', 'rule.save', {
    options: { kind, rule, expectedVersion, comment, enabled: "{{components.ruleEnabled.value !== 'off'}}" },
    confirm: 'Publish this rule? It applies from the next judgement on.',
    done: 'The rule is published.',
    next: reload,
  }),
  api.write('rollbackRule', 'rule.rollback', {
    options: {
      kind,
      key,
      version: '{{components.ruleVersionsTable.selectedRow.version}}',
      expectedVersion,
      comment,
    },
    confirm: 'Publish the selected earlier version again?',
    done: 'The earlier version is published again.',
    next: reload,
  }),
  ...newRuleQueries,
  ...calibrationQueries,
  ...levelQueries,
];

const PICK = { title: 'No rule chosen', hint: 'Choose a rule from the list.' };
const DETAIL = 776;
const noRule = '!queries.rule.data?.key';
const noComment = '(components.ruleComment.value ?? "").trim().length < 3';

const hint = `{{${noRule} ? 'Choose a rule from the list.' : ${noComment} ? 'To publish, enter what changed and why.' : 'The rule applies from the next judgement on.'}}`;

const edit: Row[] = [
  [cell(cardOf('ruleSummary', 'rule', { from: 'card', height: 144, card: false, empty: PICK }))],
  [
    cell(
      textArea('ruleMessage', {
        label: 'Message',
        value: '{{queries.rule.data?.definition?.message}}',
        required: true,
        height: 88,
      }),
    ),
  ],
  [
    cell(
      input('ruleScore', {
        label: 'Score (0 to 100)',
        value: '{{queries.rule.data?.definition?.score}}',
        required: true,
      }),
    ),
    cell(
      input('ruleWeight', {
        label: 'Weight (0 to 100)',
        value: '{{queries.rule.data?.definition?.weight}}',
        required: true,
      }),
    ),
    cell(
      dropdown('ruleEnabled', {
        label: 'Enabled',
        placeholder: 'Yes',
        choices: [
          ['on', 'Yes'],
          ['off', 'No'],
        ],
      }),
    ),
    cell(input('ruleComment', { label: 'What changed and why', required: true, most: 500 }), 2),
  ],
  [
    cell(
      button('ruleReplay', 'Replay', [run('replayRule')], {
        busy: '{{queries.replayRule.isLoading}}',
        disabled: `{{${noRule}}}`,
      }),
      1,
    ),
    cell(
      button('rulePublish', 'Publish', [run('publishRule')], {
        kind: 'primary',
        busy: '{{queries.publishRule.isLoading}}',
        disabled: `{{${noRule} || ${noComment}}}`,
      }),
      1,
    ),
    cell(text('rulePublishHint', hint, { color: color.muted, height: 40, mobileHeight: 48 }), 2),
  ],
  [
    cell(
      cardOf('ruleReplayed', 'replayRule', {
        from: 'card',
        height: 192,
        card: false,
        empty: { title: 'Not replayed', hint: 'Replay applies the change to past cases.' },
      }),
    ),
  ],
];

/** CEL, for those who want it: rules are read and mostly changed without. */
const condition: Row[] = [
  conditionRow('rule', 'ruleWhen', 'variables.ruleKind'),
  [
    cell(
      textArea('ruleWhen', {
        label: 'Condition (CEL expression)',
        value: '{{queries.rule.data?.definition?.when}}',
        required: true,
        height: 144,
      }),
    ),
  ],
  [
    cell(
      button('ruleCheck', 'Check', [run('checkRule')], {
        busy: '{{queries.checkRule.isLoading}}',
        disabled: `{{${noRule}}}`,
      }),
      1,
    ),
    cell(
      text('ruleConditionHint', 'Replay and publish the changed condition on the Edit tab.', {
        color: color.muted,
        height: 40,
        mobileHeight: 48,
      }),
      3,
    ),
  ],
  [
    cell(
      cardOf('ruleVerdict', 'checkRule', {
        from: 'card',
        height: 160,
        card: false,
        empty: { title: 'Not checked', hint: 'Check validates the condition.' },
      }),
    ),
  ],
];

export const rulesPage: Page = {
  handle: 'rules',
  name: 'Rules',
  icon: 'IconListCheck',
  allowed: ['ai-manager-executive'],
  onLoad: load('rules', 'ruleKinds', 'level', 'directory'),
  rows: [
    ...pageHeader(
      'rules',
      'Rules',
      'Conditions that decide without a model. Replay a change on past judgements before you publish it.',
      ['rules'],
      [newRuleButton],
    ),
    [
      cell(
        dropdown('rulesKind', {
          label: 'Kind of judgement',
          schema: '{{queries.ruleKinds.data?.kinds ?? []}}',
          onSelect: [run('rules')],
        }),
      ),
      cell(text('rulesSpace', '', { height: 64, mobileHeight: 8 }), 3),
    ],
    [
      cell(
        tableOf('rulesTable', 'rules', {
          title: 'Rules',
          height: DETAIL,
          perPage: 8,
          onRow: [...choose, run('rule'), run('ruleVersions')],
          empty: { title: 'No rules', hint: 'Rules are created when the API first starts.' },
          columns: [
            { key: 'title', title: 'Rule', width: 160, wrap: true },
            { key: 'message', title: 'What it says', width: 205, wrap: true },
            { key: 'state', title: 'State', width: 70, color: statusColor },
          ],
        }),
        2,
      ),
      cell(
        tabs('ruleTabs', {
          height: DETAIL,
          tabs: [
            { id: 'change', title: 'Edit', rows: edit },
            { id: 'condition', title: 'Condition', rows: condition },
            {
              id: 'versions',
              title: 'Versions',
              rows: [
                [
                  cell(
                    tableOf('ruleVersionsTable', 'ruleVersions', {
                      title: 'Versions',
                      height: DETAIL - 152,
                      search: false,
                      onRow: [],
                      empty: PICK,
                      columns: [
                        { key: 'version', title: 'Version', width: 75, align: 'right' },
                        { key: 'state', title: 'State', width: 100 },
                        { key: 'when', title: 'Condition', width: 250, wrap: true },
                        { key: 'changed', title: 'Changed by', width: 210 },
                      ],
                    }),
                  ),
                ],
                [
                  cell(
                    button('ruleRollback', 'Publish selected version again', [run('rollbackRule')], {
                      busy: '{{queries.rollbackRule.isLoading}}',
                      disabled: `{{!components.ruleVersionsTable.selectedRow?.version || ${noComment}}}`,
                    }),
                  ),
                ],
              ],
            },
            { id: 'alone', title: 'Thresholds', rows: calibrationRows(DETAIL - 96) },
            { id: 'level', title: 'Level', rows: levelRows(DETAIL - 96) },
            {
              id: 'words',
              title: 'Vocabulary',
              rows: [
                [
                  cell(
                    cardOf('ruleWords', 'ruleKinds', {
                      from: 'card',
                      height: DETAIL - 96,
                      card: false,
                      empty: { title: 'Unknown', hint: 'The vocabulary could not be loaded.' },
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
    [cell(newRuleModal)],
  ],
};

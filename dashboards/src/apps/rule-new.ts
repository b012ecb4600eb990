import { clear, close, open, run } from '../build/actions.ts';
import { cardOf } from '../build/blocks.ts';
import { dropdown, input, textArea } from '../build/fields.ts';
import type { Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, modal } from '../build/widgets.ts';
import { conditionRow } from './rule-condition.ts';

const kind = '{{components.newRuleKind.value}}';
const rule =
  '{{({ key: components.newRuleKey.value, criterion: components.newRuleCriterion.value, priority: Number(components.newRulePriority.value), when: components.newRuleWhen.value, score: Number(components.newRuleScore.value), weight: Number(components.newRuleWeight.value), message: components.newRuleMessage.value, review: false })}}';

export const newRuleQueries: Query[] = [
  api.read('checkNewRule', 'rule.check', { options: { kind, rule }, transform: 'rule-check' }),
  api.read('replayNewRule', 'rule.replay', { options: { kind, rule }, transform: 'rule-replay' }),
  api.write('saveNewRule', 'rule.save', {
    options: { kind, rule, expectedVersion: '0', comment: '{{components.newRuleComment.value}}' },
    confirm: 'Publish this rule? It applies from the next judgement on.',
    done: 'The rule is published.',
    next: [close('newRuleModal'), clear('newRuleKey'), clear('newRuleWhen'), run('rules')],
  }),
];

const missing = ['Kind', 'Criterion', 'Key', 'When', 'Message']
  .map((part) => `!components.newRule${part}.value`)
  .join(' || ');
const empty = { title: 'Not checked', hint: 'Check or replay the rule to see its effect.' };

export const newRuleButton = button('ruleNew', 'New rule', [open('newRuleModal')], { kind: 'primary' });

/** A rule from nothing: what it is about, its condition out of the vocabulary, and what follows. */
export const newRuleModal = modal('newRuleModal', {
  title: 'New rule',
  size: 'xl',
  height: 720,
  rows: [
    [
      cell(
        dropdown('newRuleKind', {
          label: 'Kind',
          placeholder: 'Choose',
          schema: '{{queries.ruleKinds.data?.kinds ?? []}}',
          required: true,
        }),
      ),
      cell(
        dropdown('newRuleCriterion', {
          label: 'Criterion',
          placeholder: 'Choose',
          schema: '{{queries.ruleKinds.data?.criteria?.[components.newRuleKind.value] ?? []}}',
          required: true,
        }),
      ),
      cell(
        input('newRuleKey', {
          label: 'Name (lower case)',
          placeholder: 'hours-too-few',
          required: true,
        }),
      ),
    ],
    conditionRow('newRule', 'newRuleWhen', 'components.newRuleKind.value'),
    [cell(textArea('newRuleWhen', { label: 'Condition (CEL expression)', required: true, height: 96 }))],
    [
      cell(
        textArea('newRuleMessage', {
          label: 'Message',
          placeholder: 'Only {week.hoursWorked} hours were tracked.',
          required: true,
          height: 96,
        }),
        2,
      ),
      cell(input('newRuleScore', { label: 'Score (0 to 100)', value: '50', required: true })),
      cell(input('newRuleWeight', { label: 'Weight (0 to 100)', value: '10', required: true })),
      cell(input('newRulePriority', { label: 'Priority (low first)', value: '100', required: true })),
    ],
    [cell(input('newRuleComment', { label: 'Reason', required: true, most: 500 }))],
    [
      cell(cardOf('newRuleVerdict', 'checkNewRule', { from: 'card', height: 120, card: false, empty })),
      cell(cardOf('newRuleReplayed', 'replayNewRule', { from: 'card', height: 120, card: false, empty })),
    ],
  ],
  footer: [
    [
      cell(button('newRuleCancel', 'Cancel', [close('newRuleModal')])),
      cell(
        button('newRuleCheck', 'Check', [run('checkNewRule')], {
          busy: '{{queries.checkNewRule.isLoading}}',
          disabled: `{{${missing}}}`,
        }),
      ),
      cell(
        button('newRuleReplay', 'Replay', [run('replayNewRule')], {
          busy: '{{queries.replayNewRule.isLoading}}',
          disabled: `{{${missing}}}`,
        }),
      ),
      cell(
        button('newRulePublish', 'Publish', [run('saveNewRule')], {
          kind: 'primary',
          busy: '{{queries.saveNewRule.isLoading}}',
          disabled: `{{${missing} || (components.newRuleComment.value ?? '').trim().length < 3}}`,
        }),
      ),
    ],
  ],
});

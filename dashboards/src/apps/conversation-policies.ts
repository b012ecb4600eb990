import { resources } from '@ai-manager/api/catalogue';
import { clear, load, run, set } from '../build/actions.ts';
import { pageHeader, tableOf } from '../build/blocks.ts';
import { choicesOf, dropdown, input, valuesOf } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, text } from '../build/widgets.ts';

const shape = resources.conversationPolicy.operations.set.input.shape;
const policyId = '{{variables.contextPolicyId}}';

export const conversationPolicyQueries: Query[] = [
  api.read('conversationPolicies', 'conversationPolicy.list', {
    options: { limit: '500' },
    transform: 'conversation-policies',
  }),
  api.write('setConversationPolicy', 'conversationPolicy.set', {
    options: {
      scope: "{{components.contextPolicyScope.value ?? 'repository'}}",
      pattern: '{{components.contextPolicyPattern.value}}',
      action: '{{components.contextPolicyAction.value}}',
      reason: '{{components.contextPolicyReason.value}}',
    },
    confirm: 'Set this policy? "Do not save" also removes what is stored of it.',
    done: 'The policy holds from now on.',
    next: [clear('contextPolicyPattern'), clear('contextPolicyReason'), run('conversationPolicies')],
  }),
  api.write('deleteConversationPolicy', 'conversationPolicy.delete', {
    options: { policyId },
    confirm: 'Delete this policy? What it left out is not brought back.',
    done: 'The policy is deleted.',
    next: [set('contextPolicyId', ''), run('conversationPolicies')],
  }),
];

const table = tableOf('contextPolicies', 'conversationPolicies', {
  title: 'Policies',
  height: 460,
  onRow: [set('contextPolicyId', '{{components.contextPolicies.selectedRow.policyId}}')],
  empty: { title: 'No policies', hint: 'Everything is saved, without secrets.' },
  columns: [
    { key: 'scope', title: 'By', width: 110 },
    { key: 'pattern', title: 'Repository or path', width: 300, wrap: true },
    { key: 'action', title: 'What is saved', width: 200 },
    { key: 'reason', title: 'Reason', width: 260, wrap: true },
    { key: 'by', title: 'Set by', width: 160 },
  ],
});

const header = pageHeader(
  'contextPolicy',
  'Privacy and policies',
  'What is saved of which repository and path. Secrets are always removed before storing.',
  ['conversationPolicies'],
);

/** What holds, for everyone. */
export const conversationPoliciesPage: Page = {
  handle: 'privacy',
  name: 'Privacy and policies',
  icon: 'IconLock',
  onLoad: load('conversationPolicies'),
  rows: [
    ...header,
    [cell(table)],
    [
      cell(
        text(
          'contextPolicyHint',
          'The longest pattern that fits decides. Executives and administrators set policies; a conversation of yours you can make private or remove yourself.',
          { color: color.muted, height: 48, mobileHeight: 96 },
        ),
      ),
    ],
  ],
};

/** Where executives and administrators change it. */
export const conversationPolicyChangePage: Page = {
  handle: 'set-policy',
  name: 'Set a policy',
  icon: 'IconSettings',
  allowed: ['ai-manager-executive', 'ai-manager-admin'],
  onLoad: load('conversationPolicies'),
  rows: [
    ...pageHeader('contextSet', 'Set a policy', 'By repository or by path; * stands for any part.', [
      'conversationPolicies',
    ]),
    [
      cell(
        dropdown('contextPolicyScope', {
          label: 'By',
          placeholder: 'Repository',
          choices: choicesOf(valuesOf(shape.scope)),
        }),
      ),
      cell(
        input('contextPolicyPattern', {
          label: 'Repository or path',
          placeholder: 'acme/shop or /home/*/private',
          required: true,
        }),
        2,
      ),
      cell(
        dropdown('contextPolicyAction', {
          label: 'What is saved',
          placeholder: 'Choose one',
          required: true,
          choices: [
            ['keep', 'Everything but secrets'],
            ['redact', 'Only what was said'],
            ['do-not-save', 'Nothing'],
          ],
        }),
      ),
    ],
    [
      cell(input('contextPolicyReason', { label: 'Reason (optional)', most: 500 }), 3),
      cell(
        button('contextPolicySet', 'Set', [run('setConversationPolicy')], {
          kind: 'primary',
          busy: '{{queries.setConversationPolicy.isLoading}}',
          disabled: '{{!components.contextPolicyPattern.value || !components.contextPolicyAction.value}}',
        }),
        1,
      ),
    ],
    [
      cell(
        tableOf('contextPolicyChoice', 'conversationPolicies', {
          title: 'Policies',
          height: 400,
          onRow: [set('contextPolicyId', '{{components.contextPolicyChoice.selectedRow.policyId}}')],
          empty: { title: 'No policies', hint: 'Everything is saved, without secrets.' },
          columns: [
            { key: 'pattern', title: 'Repository or path', width: 360, wrap: true },
            { key: 'action', title: 'What is saved', width: 220 },
            { key: 'by', title: 'Set by', width: 200 },
          ],
        }),
      ),
    ],
    [
      cell(
        button('contextPolicyDelete', 'Delete the chosen policy', [run('deleteConversationPolicy')], {
          kind: 'danger',
          busy: '{{queries.deleteConversationPolicy.isLoading}}',
          disabled: '{{!variables.contextPolicyId}}',
        }),
      ),
    ],
  ],
};

import { clear, load, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { input, textArea } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs, text } from '../build/widgets.ts';

const name = '{{components.promptsTable.selectedRow.name}}';
const version = '{{components.versionsTable.selectedRow.version}}';
const seen = '{{components.promptsTable.selectedRow.production}}';
/** A table that loads anew forgets its choice: what is shown was kept in variables. */
const reload = [run('prompts'), run('promptVersions'), run('promptVersion', '{{!!variables.promptVersion}}')];

const label = "{{components.promptLabel.value || 'production'}}";

export const promptQueries: Query[] = [
  api.read('prompts', 'prompt.list', { options: { limit: '200' }, transform: 'prompts' }),
  api.read('promptVersions', 'prompt.listVersions', {
    options: { name: '{{variables.promptName}}', limit: '100' },
    transform: 'prompt-versions',
  }),
  api.read('promptVersion', 'prompt.get', {
    options: { name: '{{variables.promptName}}', version: '{{variables.promptVersion}}' },
    transform: 'prompt-version',
  }),
  api.read('promptDiff', 'prompt.diff', {
    options: { name, from: '{{components.promptsTable.selectedRow.production || 1}}', to: version },
    transform: 'prompt-diff',
  }),
  api.write('savePrompt', 'prompt.create', {
    options: {
      name,
      text: '{{components.promptText.value}}',
      commitMessage: '{{components.promptMessage.value}}',
      basedOn: '{{queries.promptVersions.data.latest}}',
    },
    done: 'Saved as a new version. Nothing uses it until it is released.',
    next: [clear('promptMessage'), run('prompts'), run('promptVersions')],
  }),
  api.write('checkPrompt', 'prompt.check', {
    options: { name, version, cases: '10' },
    confirm: 'Judge 10 past cases again with this version? Each costs a call to the model.',
    done: 'The check is done.',
    next: reload,
  }),
  api.write('approvePrompt', 'prompt.approve', {
    options: { name, version, comment: '{{components.promptReason.value}}' },
    done: 'You approved this version.',
    next: reload,
  }),
  api.write('releasePrompt', 'prompt.setLabel', {
    options: {
      name,
      label,
      version,
      seen: '{{(queries.promptVersions.data?.labelled ?? {})[components.promptLabel.value || "production"] ?? 0}}',
      reason: '{{components.promptReason.value}}',
    },
    confirm: 'Give this version the label? With production, the next evaluation uses it.',
    done: 'The version has the label.',
    next: reload,
  }),
  api.write('rollbackPrompt', 'prompt.rollback', {
    options: { name, seen, reason: '{{components.promptReason.value}}' },
    confirm: 'Go back to the version that served before?',
    done: 'The earlier version serves again.',
    next: reload,
  }),
];

const PICK = { title: 'No version chosen', hint: 'Choose a prompt, then one of its versions.' };
const DETAIL = 680;
const noVersion = '!components.versionsTable.selectedRow?.version';
const noReason = '(components.promptReason.value ?? "").trim().length < 3';

const card = (part: string, query: string, from: string, height: number) =>
  cell(cardOf(part, query, { from, height, card: false, empty: PICK }));

export const promptsPage: Page = {
  handle: 'prompts',
  name: 'Prompts',
  icon: 'IconMessage',
  allowed: ['ai-manager-executive'],
  onLoad: load('prompts'),
  rows: [
    ...pageHeader(
      'prompts',
      'Prompts',
      'What models are told: change it, replay it on past cases, let it serve, or go back.',
      ['prompts'],
    ),
    [
      cell(
        tableOf('promptsTable', 'prompts', {
          title: 'Prompts',
          height: 440,
          perPage: 6,
          search: false,
          onRow: [set('promptName', name), run('promptVersions')],
          empty: { title: 'No prompts', hint: 'They are made when the API starts for the first time.' },
          columns: [
            { key: 'name', title: 'Prompt', width: 160 },
            { key: 'description', title: 'What it is for', width: 440, wrap: true },
            { key: 'production', title: 'Serves', width: 70, align: 'right' },
            { key: 'latest', title: 'Newest', width: 70, align: 'right' },
            { key: 'state', title: 'State', width: 170, color: statusColor },
            { key: 'moved', title: 'Released', width: 210 },
          ],
        }),
      ),
    ],
    [
      cell(
        tableOf('versionsTable', 'promptVersions', {
          title: 'Versions',
          height: DETAIL,
          search: false,
          onRow: [set('promptVersion', version), run('promptVersion'), run('promptDiff')],
          empty: { title: 'No prompt chosen', hint: 'Choose a prompt above.' },
          columns: [
            { key: 'version', title: 'Version', width: 70, align: 'right' },
            { key: 'labels', title: 'Labels', width: 100 },
            { key: 'check', title: 'Check', width: 90, color: statusColor },
            { key: 'message', title: 'What changed', width: 180, wrap: true },
          ],
        }),
        2,
      ),
      cell(
        tabs('promptTabs', {
          height: DETAIL,
          tabs: [
            {
              id: 'text',
              title: 'Text',
              rows: [[card('promptTextCard', 'promptVersion', 'text', DETAIL - 96)]],
            },
            {
              id: 'diff',
              title: 'Against production',
              rows: [[card('promptDiffCard', 'promptDiff', 'diff', DETAIL - 96)]],
            },
            {
              id: 'release',
              title: 'Check and release',
              rows: [
                [card('promptRelease', 'promptVersion', 'release', 400)],
                [
                  cell(
                    input('promptReason', {
                      label: 'Why, or what you looked at',
                      placeholder: 'Needed to approve and to go back',
                    }),
                    3,
                  ),
                  cell(
                    input('promptLabel', {
                      label: 'Label: production, staging or exp-…',
                      value: 'production',
                      required: true,
                    }),
                    2,
                  ),
                ],
                [
                  cell(
                    button('promptCheck', 'Replay', [run('checkPrompt')], {
                      busy: '{{queries.checkPrompt.isLoading}}',
                      disabled: `{{${noVersion}}}`,
                    }),
                  ),
                  cell(
                    button('promptApprove', 'Approve', [run('approvePrompt')], {
                      busy: '{{queries.approvePrompt.isLoading}}',
                      disabled: `{{${noVersion} || ${noReason}}}`,
                    }),
                  ),
                  cell(
                    button('promptRelease2', 'Release', [run('releasePrompt')], {
                      kind: 'primary',
                      busy: '{{queries.releasePrompt.isLoading}}',
                      disabled: `{{${noVersion}}}`,
                    }),
                  ),
                  cell(
                    button('promptRollback', 'Go back', [run('rollbackPrompt')], {
                      kind: 'danger',
                      busy: '{{queries.rollbackPrompt.isLoading}}',
                      disabled: `{{!components.promptsTable.selectedRow?.name || ${noReason}}}`,
                    }),
                  ),
                ],
              ],
            },
            {
              id: 'edit',
              title: 'Write a new version',
              rows: [
                [
                  cell(
                    textArea('promptText', {
                      label: 'Text; words between double braces are filled in by the platform',
                      value: '{{queries.promptVersions.data?.latestText}}',
                      required: true,
                      most: 32000,
                      height: 392,
                    }),
                  ),
                ],
                [
                  cell(
                    input('promptMessage', {
                      label: 'What changed and why',
                      required: true,
                      least: 3,
                      most: 500,
                    }),
                  ),
                ],
                [
                  cell(
                    button('promptSave', 'Save as a new version', [run('savePrompt')], {
                      kind: 'primary',
                      busy: '{{queries.savePrompt.isLoading}}',
                      disabled:
                        '{{!components.promptsTable.selectedRow?.name || !components.promptText.value || (components.promptMessage.value ?? "").trim().length < 3}}',
                    }),
                    1,
                  ),
                  cell(
                    text('promptSaveHint', 'A running evaluation keeps the version it began with.', {
                      color: color.muted,
                      height: 40,
                    }),
                    1,
                  ),
                ],
              ],
            },
          ],
        }),
        3,
      ),
    ],
  ],
};

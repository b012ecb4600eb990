import { clear, load, run, set } from '../build/actions.ts';
import { cardOf, pageHeader, statusColor, tableOf } from '../build/blocks.ts';
import { dropdown, input, textArea } from '../build/fields.ts';
import { color } from '../build/look.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell, tabs, text } from '../build/widgets.ts';

const name = '{{components.promptsTable.selectedRow.name}}';
const version = '{{components.versionsTable.selectedRow.version}}';
const seen = '{{components.promptsTable.selectedRow.production}}';
/** A table that loads anew forgets its choice: what is shown was kept in variables. */
const reload = [run('prompts'), run('promptVersions'), run('promptVersion', '{{!!variables.promptVersion}}')];

/** Staging by default: a version is released to production on purpose only. */
const chosenLabel =
  "(components.promptLabel.value === 'experiment' ? 'exp-' + (components.promptExperiment.value ?? '').replace(/^exp-/, '') : components.promptLabel.value || 'staging')";
const label = `{{${chosenLabel}}}`;

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
    done: 'Saved as a new version. It is not used until it is released.',
    next: [clear('promptMessage'), run('prompts'), run('promptVersions')],
  }),
  api.write('checkPrompt', 'prompt.check', {
    options: { name, version, cases: '10' },
    confirm: 'Replay 10 past cases with this version? Each case costs a model call.',
    done: 'The check is complete.',
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
      seen: `{{(queries.promptVersions.data?.labelled ?? {})[${chosenLabel}] ?? 0}}`,
      reason: '{{components.promptReason.value}}',
    },
    confirm:
      'Assign this label to the version? The version labelled production is used from the next evaluation on.',
    done: 'The label is assigned.',
    next: reload,
  }),
  api.write('rollbackPrompt', 'prompt.rollback', {
    options: { name, seen, reason: '{{components.promptReason.value}}' },
    confirm: 'Roll back to the previous production version?',
    done: 'Rolled back to the previous version.',
    next: reload,
  }),
];

const PICK = { title: 'No version chosen', hint: 'Choose a prompt, then a version.' };
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
  onLoad: load('prompts', 'directory'),
  rows: [
    ...pageHeader(
      'prompts',
      'Prompts',
      'Instructions for the models: edit, replay on past cases, release and roll back.',
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
          empty: { title: 'No prompts', hint: 'Prompts are created when the API first starts.' },
          columns: [
            { key: 'title', title: 'Prompt', width: 160 },
            { key: 'description', title: 'Purpose', width: 400, wrap: true },
            { key: 'production', title: 'Live', width: 70, align: 'right' },
            { key: 'latest', title: 'Latest', width: 70, align: 'right' },
            { key: 'state', title: 'State', width: 185, color: statusColor },
            { key: 'moved', title: 'Released', width: 235 },
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
            { key: 'check', title: 'Check', width: 105, wrap: true, color: statusColor },
            { key: 'message', title: 'What changed', width: 165, wrap: true },
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
              title: 'Diff with production',
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
                      label: 'Reason or review comment',
                      placeholder: 'Required to approve and to roll back',
                    }),
                    2,
                  ),
                  cell(
                    dropdown('promptLabel', {
                      label: 'Label',
                      placeholder: 'staging',
                      choices: [
                        ['staging', 'staging'],
                        ['production', 'production'],
                        ['experiment', 'experiment'],
                      ],
                    }),
                  ),
                  cell(
                    input('promptExperiment', {
                      label: 'Name of the experiment',
                      placeholder: 'exp-shorter',
                      most: 36,
                    }),
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
                    button('promptRelease2', `{{'Label ' + ${chosenLabel}}}`, [run('releasePrompt')], {
                      kind: 'primary',
                      busy: '{{queries.releasePrompt.isLoading}}',
                      disabled: `{{${noVersion} || ${chosenLabel} === 'exp-'}}`,
                    }),
                  ),
                  cell(
                    button('promptRollback', 'Roll back', [run('rollbackPrompt')], {
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
              title: 'Edit',
              rows: [
                [
                  cell(
                    textArea('promptText', {
                      label: 'Text; variables in double braces are filled in at run time',
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
                    button('promptSave', 'Save as new version', [run('savePrompt')], {
                      kind: 'primary',
                      busy: '{{queries.savePrompt.isLoading}}',
                      disabled:
                        '{{!components.promptsTable.selectedRow?.name || !components.promptText.value || (components.promptMessage.value ?? "").trim().length < 3}}',
                    }),
                    1,
                  ),
                  cell(
                    text('promptSaveHint', 'Running evaluations keep their current version.', {
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

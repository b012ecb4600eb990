import { ApiFailure } from '../api.ts';
import { collect, type FileOutcome, findAll } from '../collect.ts';
import { type CommitOutcome, repositoriesOf, sendCommits } from '../commits.ts';
import { cachedPolicies, fetchPolicies } from '../policies.ts';
import type { Prepared } from '../prepare.ts';
import { createProgress } from '../progress.ts';
import type { Run } from '../run.ts';
import { readState } from '../state.ts';

export interface ScanOptions {
  json?: boolean | undefined;
  verbose?: boolean | undefined;
}

/** Shows what there is on this machine and what a push would send. Nothing is sent, queued or remembered. */
export async function scan(run: Run, options: ScanOptions): Promise<number> {
  const state = readState(run.folder);
  const policies = await fetchPolicies(run.folder, run.api).catch((error: unknown) => {
    if (!(error instanceof ApiFailure)) throw error;
    run.note(`${error.message} The policies that were fetched last are used.`);
    return cachedPolicies(run.folder);
  });
  const files = findAll(run, state);
  const progress = createProgress(options.json ? null : process.stderr, files.length);
  const outcomes: FileOutcome[] = [];
  const conversations: { tool: string; title: string | null; messages: number; repository: string | null }[] =
    [];
  const take = ({ conversation, changed }: Prepared) => {
    const { tool, title, repository } = conversation;
    conversations.push({ tool, title, messages: changed.length, repository });
    return true;
  };
  for (const file of files) {
    progress.step(file.path);
    outcomes.push(
      await collect(state, file, { policies, emails: run.settings.emails, isAgain: false, take }),
    );
  }
  progress.end();
  const commits: CommitOutcome[] = [];
  if (run.settings.commits)
    for (const root of await repositoriesOf([...new Set([...run.settings.projects, ...state.projects])]))
      commits.push(
        await sendCommits(state, root, { policies, emails: run.settings.emails, isAgain: false, api: null }),
      );
  if (options.json) run.print(JSON.stringify({ files: outcomes, conversations, commits }, null, 2));
  else showTable(run, outcomes);
  if (!options.json)
    for (const { repository, action, fresh } of commits)
      run.print(
        `${repository}: ${action === 'do-not-save' ? 'not saved, by policy' : `${fresh} commits to send`}`,
      );
  if (options.verbose && !options.json)
    for (const { tool, title, messages, repository } of conversations)
      run.print(`${tool}  ${messages} messages  ${repository ?? ''}  ${title ?? ''}`);
  return 0;
}

const COLUMNS = [
  'assistant',
  'files',
  'changed',
  'conversations',
  'to send',
  'secrets',
  'not saved',
  'broken',
  'refused',
];

function showTable(run: Run, outcomes: readonly FileOutcome[]): void {
  const tools = [...new Set(outcomes.map(({ file }) => file.tool))].sort();
  if (tools.length === 0)
    run.print('No files of an assistant were found. `doctor` says where they are looked for.');
  const rows = tools.map((tool) => {
    const own = outcomes.filter(({ file }) => file.tool === tool);
    const sum = (field: 'conversations' | 'messages' | 'redactions' | 'notSaved' | 'skipped') =>
      own.reduce((total, outcome) => total + outcome[field], 0);
    return [
      tool,
      own.length,
      own.filter(({ outcome }) => outcome === 'read').length,
      sum('conversations'),
      sum('messages'),
      sum('redactions'),
      sum('notSaved'),
      sum('skipped'),
      own.filter(({ outcome }) => outcome === 'not a conversation' || outcome === 'failed').length,
    ].map(String);
  });
  const table = tools.length === 0 ? [] : [COLUMNS, ...rows];
  const widths = COLUMNS.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  for (const row of table)
    run.print(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

import { openQueue } from '../queue.ts';
import type { Run } from '../run.ts';
import { readState } from '../state.ts';
import { isHookInstalled } from './hook.ts';

/** Shows what was sent so far and what waits, without asking the API. */
export function status(run: Run): number {
  const state = readState(run.folder);
  const { waiting, refused, bytes } = openQueue(run.folder).counts();
  run.print(`API: ${run.settings.url ?? 'not signed in'}`);
  run.print(`Last sent: ${state.lastSentAt ?? 'never'}`);
  run.print(
    `Read: ${Object.keys(state.files).length} files, ${Object.keys(state.conversations).length} conversations`,
  );
  const repositories = Object.values(state.repositories);
  const commits = repositories.reduce((total, { sent }) => total + sent.length / 12, 0);
  run.print(
    run.settings.commits
      ? `Commits: ${commits} sent, of ${repositories.length} repositories`
      : 'Commits: not sent, by `login --no-commits`',
  );
  run.print(`Waiting: ${waiting} parts, ${Math.ceil(bytes / 1024)} KB`);
  if (refused > 0) run.print(`Refused by the API: ${refused} parts, kept in ${run.folder}`);
  run.print(`Hook of Claude Code: ${isHookInstalled(run) ? 'installed' : 'not installed'}`);
  return 0;
}

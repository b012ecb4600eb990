import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { repositoryOf } from '../../../ai-api/src/modules/context/conversations/repository.ts';
import { gitFolder, repositoryOfFolder } from './git.ts';
import { type CommitFile, filesOfDiff } from './git-diff.ts';

/** A commit as `POST /commits` takes it. */
export interface LocalCommit {
  sha: string;
  message: string;
  authorName: string;
  authorEmail?: string;
  authoredAt: string;
  committedAt: string;
  parents: string[];
  branch?: string;
  files: CommitFile[];
  note?: string;
}

/** How far back commits are sent, and how many of one repository at most. */
const SINCE_DAYS = 90;
const MAX_COMMITS = 5000;
const MAX_BRANCHES = 50;
const MAX_OUTPUT = 512 * 1024 * 1024;
const TIMEOUT_MS = 120_000;
/** What `git stash` makes. */
const STASH = /^(?:WIP on|On|index on|untracked files on) [^:]+: /;
const [RECORD, UNIT] = ['\x1e', '\x1f'];
const FORMAT = `${RECORD}%H${UNIT}%an${UNIT}%ae${UNIT}%aI${UNIT}%cI${UNIT}%P${UNIT}%B${UNIT}%N${UNIT}`;

/** Runs git in a folder; null when it fails or is not there. Hooks and configuration of the machine run nothing here. */
export function git(folder: string, args: readonly string[], input = ''): Promise<string | null> {
  return new Promise((answer) => {
    const child = execFile(
      'git',
      ['-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false', '-c', 'diff.external=', ...args],
      {
        cwd: folder,
        maxBuffer: MAX_OUTPUT,
        timeout: TIMEOUT_MS,
        env: { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
      },
      (error, output) => answer(error ? null : output),
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

/** Where the repository of a folder begins; null when there is none. */
export async function rootOf(folder: string): Promise<string | null> {
  return (await git(folder, ['rev-parse', '--show-toplevel']))?.trim() || null;
}

/** By what the API knows a repository: its remote without credentials, or its folder where it has none on a host. */
export function nameOf(root: string): string {
  const remote = repositoryOf(repositoryOfFolder(root));
  if (remote !== null && /^[\w.-]+(?:\/[\w.~-]+){2,}$/.test(remote)) return remote;
  const [owner, name] = [basename(dirname(root)), basename(root)].map((part) =>
    part.replaceAll(/[^\w.~-]/g, '-'),
  );
  return `local/${owner || 'root'}/${name}`;
}

/** Ids of the commits of the last days, on branches or left behind by a rewrite, the newest first. */
export async function recentShas(root: string): Promise<string[]> {
  const args = ['log', '--exclude=refs/stash', '--exclude=refs/notes/*', '--all', '--reflog'];
  const output = await git(root, [
    ...args,
    `--since=${SINCE_DAYS}.days`,
    `-n${MAX_COMMITS}`,
    '--format=%H %s',
  ]);
  return (output ?? '').split('\n').flatMap((line) => {
    const [sha = '', subject = ''] = [line.slice(0, 40), line.slice(41)];
    return /^[0-9a-f]{40}$/.test(sha) && !STASH.test(subject) ? [sha] : [];
  });
}

/** Commits with their diffs and authorship notes. */
export async function readCommits(
  root: string,
  shas: readonly string[],
  branches: ReadonlyMap<string, string>,
): Promise<LocalCommit[]> {
  if (shas.length === 0) return [];
  const args = ['log', '--no-walk=unsorted', '--stdin', '--notes=ai', `--format=${FORMAT}`, '-p', '-M'];
  const plain = ['--no-color', '--no-ext-diff', '--no-textconv', '--src-prefix=a/', '--dst-prefix=b/'];
  const output = await git(root, [...args, ...plain], `${shas.join('\n')}\n`);
  return (output ?? '')
    .split(RECORD)
    .slice(1)
    .map((record) => {
      const [sha = '', authorName = '', authorEmail = '', authoredAt = '', committedAt = '', parents = ''] =
        record.split(UNIT, 6);
      const [message = '', note = '', ...diff] = record.split(UNIT).slice(6);
      const branch = branches.get(sha);
      return {
        sha,
        message: message.trim(),
        authorName: authorName.slice(0, 300),
        authorEmail: authorEmail.slice(0, 320),
        authoredAt,
        committedAt,
        parents: parents.split(' ').filter(Boolean).slice(0, 64),
        ...(branch === undefined ? {} : { branch }),
        ...(note.trim() === '' ? {} : { note: note.trim().slice(0, 500_000) }),
        files: filesOfDiff(diff.join(UNIT)),
      };
    });
}

/** The branch of each commit of the last days; that which is checked out comes before others. */
export async function branchesOf(root: string): Promise<Map<string, string>> {
  const head = (await git(root, ['symbolic-ref', '--quiet', '--short', 'HEAD']))?.trim();
  const output = await git(root, [
    'for-each-ref',
    '--format=%(refname:short)',
    '--sort=-committerdate',
    'refs/heads',
  ]);
  const names = (output ?? '').split('\n').filter(Boolean);
  const branches = new Map<string, string>();
  for (const name of [...new Set([...(head ? [head] : []), ...names])].slice(0, MAX_BRANCHES)) {
    const args = ['rev-list', `--since=${SINCE_DAYS}.days`, `-n${MAX_COMMITS}`, `refs/heads/${name}`, '--'];
    for (const sha of ((await git(root, args)) ?? '').split('\n'))
      if (sha !== '' && !branches.has(sha)) branches.set(sha, name.slice(0, 250));
  }
  return branches;
}

/** Commits that `git commit --amend` replaced, as the log of HEAD tells. */
export function amendsOf(root: string): { from: string; to: string }[] {
  const folder = gitFolder(root);
  if (folder === null) return [];
  let log = '';
  try {
    log = readFileSync(resolve(folder, 'logs', 'HEAD'), 'utf8');
  } catch {
    return [];
  }
  return log.split('\n').flatMap((line) => {
    const [, from = '', to = ''] = /^([0-9a-f]{40}) ([0-9a-f]{40}) .*\tcommit \(amend\): /.exec(line) ?? [];
    return from === '' || from === to ? [] : [{ from, to }];
  });
}

/** The tip of the authorship notes of git-ai; null without any. */
export async function notesTip(root: string): Promise<string | null> {
  return (await git(root, ['rev-parse', '--quiet', '--verify', 'refs/notes/ai']))?.trim() || null;
}

/** Commits whose notes changed since a tip, or all that have one. */
export async function notedSince(root: string, before: string | null, tip: string): Promise<string[]> {
  const changed =
    before === null ? null : await git(root, ['diff-tree', '-r', '--name-only', before, tip, '--']);
  const output = changed ?? (await git(root, ['ls-tree', '-r', '--name-only', tip]));
  return (output ?? '')
    .split('\n')
    .map((path) => path.replaceAll('/', ''))
    .filter((sha) => /^[0-9a-f]{40}$/.test(sha));
}

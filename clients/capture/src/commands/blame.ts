import { realpathSync } from 'node:fs';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { ApiFailure, type Blame } from '../api.ts';
import { type BlamedLine, blameOf, isCommitted } from '../git-blame.ts';
import { nameOf, rootOf } from '../git-commits.ts';
import type { Run } from '../run.ts';

export interface BlameOptions {
  json?: boolean | undefined;
}

/** Lines of one request, and what is shown of a title. */
const AT_ONCE = 5000;
const TITLE = 36;
const MAX_TEXT = 10_000;

/** A line with its origin. */
interface Answer {
  line: BlamedLine;
  match: Blame['lines'][number]['match'];
  origin: Blame['origins'][number] | null;
}

/** Shows for each line of a file, or for one, which conversation and message wrote it. */
export async function blame(run: Run, target: string, options: BlameOptions): Promise<number> {
  const [, name = target, number] = /^(.+?):(\d+)$/.exec(target) ?? [];
  const path = resolve(name);
  const root = await rootOf(dirname(path));
  if (root === null) {
    run.note(`${name} is in no git repository.`);
    return 2;
  }
  const range = number === undefined ? null : `${number},${number}`;
  const lines = await blameOf(root, pathIn(root, path), null, range);
  if (lines === null) {
    run.note(`git knows nothing of ${target}.`);
    return 2;
  }
  try {
    const answers = await originsOf(run, nameOf(root), lines);
    if (options.json) run.print(JSON.stringify(answers.map(asJson), null, 2));
    else if (number === undefined) for (const answer of answers) run.print(rowOf(answer));
    else for (const answer of answers) tell(run, answer);
    return 0;
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    run.note(error.message);
    return 1;
  }
}

/** Both may be behind links. */
function pathIn(root: string, path: string): string {
  const real = resolve(realpathSync(dirname(path)), basename(path));
  return relative(realpathSync(root), real).split(sep).join('/');
}

async function originsOf(run: Run, repository: string, lines: readonly BlamedLine[]): Promise<Answer[]> {
  const answers = new Map<BlamedLine, Answer>();
  const committed = lines.filter(isCommitted);
  for (let from = 0; from < committed.length; from += AT_ONCE) {
    const some = committed.slice(from, from + AT_ONCE);
    const { origins, lines: found } = await run.api.blame(
      JSON.stringify({
        repository,
        lines: some.map(({ sha, file, number, text }) => ({
          sha,
          file,
          number,
          text: text.toWellFormed().slice(0, MAX_TEXT),
        })),
      }),
    );
    for (const [at, line] of some.entries()) {
      const { origin, match } = found[at] ?? { origin: null, match: null };
      answers.set(line, { line, match, origin: origin === null ? null : (origins[origin] ?? null) });
    }
  }
  return lines.map((line) => answers.get(line) ?? { line, match: null, origin: null });
}

function rowOf({ line, match, origin }: Answer): string {
  const who = origin ? `${origin.title.slice(0, TITLE)}${isSure(match) ? '' : ' ?'}` : '';
  const sha = isCommitted(line) ? line.sha.slice(0, 8) : '        ';
  const message = origin?.messageId ? origin.messageId.slice(-8) : '';
  return `${sha} ${who.padEnd(TITLE + 2)} ${message.padEnd(8)} ${String(line.at).padStart(5)} ${line.text}`;
}

const isSure = (match: Answer['match']) => match === 'line' || match === 'attributed';

const MATCHES = {
  attributed: 'a note or trace of the commit says so',
  line: 'an edit wrote this line',
  file: 'it edited the file; the line is in none of its edits',
  commit: 'it is linked with the commit; its edits are not known',
} as const;

function tell(run: Run, { line, match, origin }: Answer): void {
  run.print(`${line.file}:${line.number} of ${isCommitted(line) ? line.sha : 'no commit'}`);
  run.print(`  ${line.text.trim()}`);
  if (!origin || match === null) {
    run.print('No conversation is known to have written it.');
    return;
  }
  run.print(`Conversation: ${origin.title}`);
  run.print(`  ${origin.conversationId}, ${origin.tool}, ${origin.author}`);
  if (origin.messageId) run.print(`Message: ${origin.messageId}${origin.saidAt ? `, ${origin.saidAt}` : ''}`);
  run.print(`Because: ${MATCHES[match]}. The link is ${origin.level}, ${origin.status}.`);
}

function asJson({ line, match, origin }: Answer) {
  return {
    line: line.at,
    sha: line.sha,
    file: line.file,
    number: line.number,
    text: line.text,
    match,
    origin,
  };
}

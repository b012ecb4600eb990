import { realpathSync } from 'node:fs';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { ApiFailure } from '../api.ts';
import { isCommitted } from '../git-blame.ts';
import { nameOf, rootOf } from '../git-commits.ts';
import { type Answer, originsOfFile } from '../origins.ts';
import type { Run } from '../run.ts';

interface BlameOptions {
  json?: boolean | undefined;
}

/** What is shown of a title. */
const TITLE = 36;

/** Shows for each line of a file, or for one, which conversation and message wrote it. */
export async function blame(run: Run, target: string, options: BlameOptions): Promise<number> {
  const [, name = target, number] = /^(.+?):(\d+)$/.exec(target) ?? [];
  const path = resolve(name);
  const root = await rootOf(dirname(path));
  if (root === null) {
    run.note(`${name} is in no git repository.`);
    return 2;
  }
  try {
    // The lines around a line tell it from the same line elsewhere.
    const all = (await originsOfFile(run.api, nameOf(root), root, pathIn(root, path))) ?? [];
    const answers = number === undefined ? all : all.filter(({ line }) => line.at === Number(number));
    if (answers.length === 0) {
      run.note(`git knows nothing of ${target}.`);
      return 2;
    }
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

function rowOf({ line, match, origin }: Answer): string {
  const who = origin ? `${origin.title.slice(0, TITLE)}${isSure(match) ? '' : ' ?'}` : '';
  const sha = isCommitted(line) ? line.sha.slice(0, 8) : '        ';
  const message = origin?.messageId ? origin.messageId.slice(-8) : '';
  return `${sha} ${who.padEnd(TITLE + 2)} ${message.padEnd(8)} ${String(line.at).padStart(5)} ${line.text}`;
}

const isSure = (match: Answer['match']) => match === 'line' || match === 'attributed' || match === 'moved';

const MATCHES = {
  attributed: 'a note or trace of the commit says so',
  line: 'an edit wrote this line',
  moved: 'an edit wrote it and the lines around it, and another commit had it first',
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

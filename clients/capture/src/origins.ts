import type { Api, Blame } from './api.ts';
import { type BlamedLine, blameOf, isCommitted } from './git-blame.ts';

/** A line with where it comes from. */
export interface Answer {
  line: BlamedLine;
  match: Blame['lines'][number]['match'];
  origin: Blame['origins'][number] | null;
}

/** Lines of one request, and characters of one. */
const AT_ONCE = 5000;
const MAX_TEXT = 10_000;

/**
 * Where the lines of a file come from. A line whose commit leads to no conversation may have been moved: it is looked for
 * in other places and files too. Null where git knows no such file.
 * @throws ApiFailure
 */
export async function originsOfFile(
  api: Pick<Api, 'blame'>,
  repository: string,
  root: string,
  path: string,
): Promise<Answer[] | null> {
  const lines = await blameOf(root, path, null);
  if (lines === null) return null;
  const answers = await ask(api, repository, lines);
  if (answers.every(({ origin, line }) => origin !== null || !isCommitted(line))) return answers;
  const moved = await blameOf(root, path, null, { moved: true });
  if (moved === null || moved.length !== lines.length) return answers;
  const open = moved.filter((line, at) => answers[at]?.origin === null && line.sha !== lines[at]?.sha);
  const found = new Map((await ask(api, repository, open)).map((answer) => [answer.line.at, answer]));
  return answers.map((answer) => {
    const other = answer.origin === null ? found.get(answer.line.at) : undefined;
    return other?.origin ? other : answer;
  });
}

async function ask(
  api: Pick<Api, 'blame'>,
  repository: string,
  lines: readonly BlamedLine[],
): Promise<Answer[]> {
  const answers = new Map<BlamedLine, Answer>();
  const committed = lines.filter(isCommitted);
  for (let from = 0; from < committed.length; from += AT_ONCE) {
    const some = committed.slice(from, from + AT_ONCE);
    const asked = some.map(({ sha, file, number, text }) => ({
      sha,
      file,
      number,
      text: text.toWellFormed().slice(0, MAX_TEXT),
    }));
    const { origins, lines: found } = await api.blame(JSON.stringify({ repository, lines: asked }));
    for (const [at, line] of some.entries()) {
      const { origin, match } = found[at] ?? { origin: null, match: null };
      answers.set(line, { line, match, origin: origin === null ? null : (origins[origin] ?? null) });
    }
  }
  return lines.map((line) => answers.get(line) ?? { line, match: null, origin: null });
}

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
 * Where the lines of a file come from. Null where git knows no such file.
 * @throws ApiFailure
 */
export async function originsOfFile(
  api: Pick<Api, 'blame'>,
  repository: string,
  root: string,
  path: string,
): Promise<Answer[] | null> {
  const lines = await blameOf(root, path, null);
  return lines && ask(api, repository, lines);
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

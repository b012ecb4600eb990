import { git } from './git-commits.ts';

/** A line of a file, with the commit that wrote it. */
export interface BlamedLine {
  /** In the file as it is. */
  at: number;
  sha: string;
  /** Path and number in that commit. */
  file: string;
  number: number;
  text: string;
}

const NOT_COMMITTED = /^0{40}$/;
const REVERTED = /^This reverts commit ([0-9a-f]{40})/m;
/** A revert of a revert of a revert is followed no further. */
const MAX_DEPTH = 5;

/**
 * The commits of the lines of a file, also of those that are only indented otherwise, and through reverts: a line that a
 * revert brought back is that of the commit which wrote it first. Null where git knows no such file.
 * @param revision null for the file as it is on disk
 */
export async function blameOf(
  root: string,
  path: string,
  revision: string | null,
  depth = 0,
): Promise<BlamedLine[] | null> {
  const output = await git(root, [
    'blame',
    '--line-porcelain',
    '-w',
    ...(revision === null ? [] : [revision]),
    '--',
    path,
  ]);
  if (output === null) return null;
  const lines = linesOf(output);
  return depth < MAX_DEPTH ? throughReverts(root, lines, depth) : lines;
}

/** Lines that are not committed yet have no commit. */
export const isCommitted = ({ sha }: Pick<BlamedLine, 'sha'>): boolean => !NOT_COMMITTED.test(sha);

function linesOf(output: string): BlamedLine[] {
  const lines: BlamedLine[] = [];
  let current: BlamedLine | null = null;
  for (const line of output.split('\n')) {
    const [, sha, number, at] = /^([0-9a-f]{40}) (\d+) (\d+)/.exec(line) ?? [];
    if (current === null && sha !== undefined)
      current = { at: Number(at), sha, file: '', number: Number(number), text: '' };
    else if (current !== null && line.startsWith('filename ')) current.file = line.slice('filename '.length);
    else if (current !== null && line.startsWith('\t')) {
      lines.push({ ...current, text: line.slice(1) });
      current = null;
    }
  }
  return lines;
}

async function throughReverts(root: string, lines: BlamedLine[], depth: number): Promise<BlamedLine[]> {
  const found = new Map<BlamedLine, BlamedLine>();
  for (const [sha, own] of Map.groupBy(lines.filter(isCommitted), (line) => line.sha)) {
    const message = await git(root, ['show', '-s', '--format=%B', sha]);
    const reverted = REVERTED.exec(message ?? '')?.[1];
    if (reverted === undefined) continue;
    for (const [file, some] of Map.groupBy(own, (line) => line.file)) {
      const before = await blameOf(root, file, `${reverted}^`, depth + 1);
      for (const [line, origin] of aligned(some, before ?? [])) found.set(line, origin);
    }
  }
  return lines.map((line) => {
    const origin = found.get(line);
    return origin ? { ...origin, at: line.at, text: line.text } : line;
  });
}

/** Pairs of equal lines, in the order of both; the place after the last pair is looked at first. */
function aligned(lines: readonly BlamedLine[], before: readonly BlamedLine[]): [BlamedLine, BlamedLine][] {
  const pairs: [BlamedLine, BlamedLine][] = [];
  let next = 0;
  for (const line of lines) {
    let place = before.findIndex(({ text }, at) => at >= next && text.trim() === line.text.trim());
    if (place < 0) place = before.findIndex(({ text }) => text.trim() === line.text.trim());
    const origin = before[place];
    if (!origin) continue;
    pairs.push([line, origin]);
    next = place + 1;
  }
  return pairs;
}

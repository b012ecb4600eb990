import { createTwoFilesPatch, diffLines } from 'diff';
import type { VersionContent } from './store.ts';

interface Line {
  change: 'same' | 'added' | 'removed';
  text: string;
  fromLine: number | null;
  toLine: number | null;
}

/** Every line of two texts, in order: removed ones before those added in their place. Lines count from 1. */
export function lineDiff(from: string, to: string): Line[] {
  let fromLine = 0;
  let toLine = 0;
  return diffLines(ended(from), ended(to)).flatMap(({ value, added, removed }) =>
    value
      .slice(0, -1)
      .split('\n')
      .map((text): Line => {
        if (!added) fromLine++;
        if (!removed) toLine++;
        const change = added ? 'added' : removed ? 'removed' : 'same';
        return { change, text, fromLine: added ? null : fromLine, toLine: removed ? null : toLine };
      }),
  );
}

/** What became other from one version to another. */
export function compareVersions(
  name: string,
  from: VersionContent & { version: number },
  to: VersionContent & { version: number },
) {
  const lines = lineDiff(from.text, to.text);
  const count = (change: Line['change']) => lines.filter((line) => line.change === change).length;
  const before = new Map(from.variables.map((variable) => [variable.name, variable]));
  const after = new Map(to.variables.map((variable) => [variable.name, variable]));
  const both = [...after.keys()].filter((key) => before.has(key));
  return {
    name,
    from: from.version,
    to: to.version,
    added: count('added'),
    removed: count('removed'),
    lines,
    unified: unifiedDiff(name, from, to),
    variables: {
      added: [...after.keys()].filter((key) => !before.has(key)),
      removed: [...before.keys()].filter((key) => !after.has(key)),
      changed: both.filter((key) => before.get(key)?.value !== after.get(key)?.value),
    },
    configChanged: JSON.stringify(from.config) !== JSON.stringify(to.config),
  };
}

/** The two texts as a unified diff with three lines of context. */
export function unifiedDiff(
  name: string,
  from: { version: number | string; text: string },
  to: { version: number | string; text: string },
): string {
  const title = (version: number | string) => `${name} ${version}`;
  return createTwoFilesPatch(
    title(from.version),
    title(to.version),
    ended(from.text),
    ended(to.text),
    '',
    '',
    {
      context: 3,
    },
  );
}

/** Without it, a last line that was only continued would count as another one. */
function ended(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

import type { Spread } from './statistics.ts';

/** One line of a benchmark's table. The ratio is measured by the floor or peer, in one and the same run. */
export interface Figure {
  figure: string;
  measured: string;
  /** What it is held against: a computed floor, or a peer that does the same with less. */
  peer: string;
  ratio: Spread;
  /** The largest ratio that is good enough; without one the line only informs. */
  target?: number;
}

const HEADINGS = ['figure', 'measured', 'floor or peer', 'ratio', 'target', 'verdict'];

/**
 * Prints the figures as an aligned table. When the middle of a ratio is beyond its target, says which and
 * makes the process exit with 1.
 */
export function report(title: string, figures: readonly Figure[]): void {
  const rows = [HEADINGS, ...figures.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  console.log(`\n${title}`);
  for (const row of rows) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd(),
    );
  }
  const missed = figures.filter(isMissed);
  for (const { figure, ratio, target } of missed) {
    console.log(`Missed: ${figure} has a ratio of ${ratio.middle.toFixed(2)}, its target is ${target}.`);
  }
  if (missed.length > 0) process.exitCode = 1;
}

function cells(figure: Figure): string[] {
  const { ratio, target } = figure;
  const verdict = target === undefined ? '' : isMissed(figure) ? 'missed' : 'met';
  return [
    figure.figure,
    figure.measured,
    figure.peer,
    `${ratio.middle.toFixed(2)} (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})`,
    target === undefined ? '' : `<= ${target}`,
    verdict,
  ];
}

function isMissed({ ratio, target }: Figure): boolean {
  return target !== undefined && ratio.middle > target;
}

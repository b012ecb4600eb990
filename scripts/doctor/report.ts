import type { Row } from './row.ts';

const MARKS: Record<Row['state'], string> = {
  ok: 'ok',
  warning: 'warning',
  fault: 'FAULT',
  unused: '-',
};
const MAX_NAME = 40;

/** The rows as a table: state, name, what was found, and below it what to do. */
export function report(rows: readonly Row[]): string {
  const width = Math.min(MAX_NAME, Math.max(...rows.map(({ name }) => name.length)));
  const lines = rows.flatMap(({ name, state, detail, cure }) => {
    const found = `${MARKS[state].padEnd(8)} ${name.padEnd(width)}  ${oneLine(detail)}`;
    return cure === null ? [found] : [found, `${' '.repeat(9 + width)}  -> ${cure}`];
  });
  return [...lines, '', summary(rows)].join('\n');
}

function summary(rows: readonly Row[]): string {
  const count = (wanted: Row['state']) => rows.filter(({ state }) => state === wanted).length;
  return `${rows.length} checked: ${counted(count('fault'), 'fault')}, ${counted(count('warning'), 'warning')}.`;
}

const counted = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

/** How a number of a list or heading is written, by the names that Word and, for Alpha, browsers give. */
export type NumberFormat =
  | 'decimal'
  | 'decimalZero'
  | 'lowerLetter'
  | 'upperLetter'
  | 'lowerAlpha'
  | 'upperAlpha'
  | 'lowerRoman'
  | 'upperRoman'
  | 'ordinal';

const ROMAN: readonly [number, string][] = [
  [1000, 'm'],
  [900, 'cm'],
  [500, 'd'],
  [400, 'cd'],
  [100, 'c'],
  [90, 'xc'],
  [50, 'l'],
  [40, 'xl'],
  [10, 'x'],
  [9, 'ix'],
  [5, 'v'],
  [4, 'iv'],
  [1, 'i'],
];
const MAX_ROMAN = 3999;

/** A number as lists write it: `4`, `d`, `IV`. */
export function numberAs(format: NumberFormat, number: number): string {
  if (format === 'decimalZero') return String(number).padStart(2, '0');
  if (format === 'ordinal') return ordinal(number);
  if (number < 1 || number > MAX_ROMAN || format === 'decimal') return String(number);
  const text = format.endsWith('Roman')
    ? roman(number)
    : format.endsWith('Alpha')
      ? alphabetic(number)
      : repeated(number);
  return format.startsWith('upper') ? text.toUpperCase() : text;
}

/** As Word counts: z, aa, bb. */
function repeated(number: number): string {
  return letter(number).repeat(Math.ceil(number / 26));
}

/** As browsers count: z, aa, ab. */
function alphabetic(number: number): string {
  return number > 26 ? alphabetic(Math.floor((number - 1) / 26)) + letter(number) : letter(number);
}

const letter = (number: number) => String.fromCharCode(97 + ((number - 1) % 26));

function roman(number: number): string {
  let left = number;
  let text = '';
  for (const [value, sign] of ROMAN)
    while (left >= value) {
      text += sign;
      left -= value;
    }
  return text;
}

function ordinal(number: number): string {
  const end = number % 100 > 10 && number % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${end}`;
}

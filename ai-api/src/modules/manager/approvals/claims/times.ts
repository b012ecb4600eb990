import { DateTime } from 'luxon';
import type { ClaimStatement } from './statement.ts';

/** When and how long, as words of a text say it; null where they do not. */
export interface SaidTime {
  date: string | null;
  /** Minutes after midnight. */
  from: number | null;
  until: number | null;
  /** `isExact` where the text has it in figures. */
  length: { hours: number; isExact: boolean } | null;
}

const TIME_OF_DAY = /(?<!\d)([01]?\d|2[0-3])[:h](\d\d)(?!\d)/gu;
const ISO_DAY = /(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)/u;
const WRITTEN_DAY = /(?<!\d)(\d{1,2})(?:\.(\d{1,2})\.|\/(\d{1,2})(?:\/|(?!\d)))(\d{4})?(?!\d)/u;
const FRACTIONS: Readonly<Record<string, string>> = { '¼': '.25', '½': '.5', '¾': '.75' };
/** Units of hours and of minutes in the languages that most companies write; others come from the model's figure. */
const LENGTH =
  /(?<![\d:.,/])(\d*[.,]?\d+)\s*-?(?:(h|hr|hrs|hour|hours|std|stunde|stunden|heure|heures|hora|horas|ore|ora|uur|uren|godz\w*|час\w*|時間|小时|小時|시간)|(min|mins|minute|minutes|minuten|minuti|minutos?|minut\w*|мин\w*|分钟|分鐘|分間?|분))(?![\p{L}\d])/iu;

/**
 * What words say about time: by figures in the words where there are some, which the model's own have to agree with, else
 * by what the model made of the words.
 * @param day the day of the form, which gives the year that words leave out
 */
export function saidTime(given: ClaimStatement, day: string): SaidTime {
  const quote = toDigits(given.quote);
  return {
    date: dateOf(quote, given.date, day),
    ...timesOf(quote, given),
    length: lengthOf(quote, given.hours),
  };
}

/** Digits of every script as Latin ones. */
function toDigits(text: string): string {
  const decimal = text.replaceAll(/[¼½¾]/gu, (fraction) => FRACTIONS[fraction] ?? fraction);
  return decimal.normalize('NFKC').replaceAll(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) as number;
    if (code < 128) return digit;
    let zero = code;
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && code - zero < 9) zero--;
    return String(code - zero);
  });
}

function dateOf(quote: string, typed: string | null, day: string): string | null {
  const iso = ISO_DAY.exec(quote);
  if (iso) return validDay(iso[1], iso[2], iso[3]);
  const written = WRITTEN_DAY.exec(quote);
  if (written) {
    const [, first, byDot, bySlash, year = day.slice(0, 4)] = written;
    if (byDot !== undefined) return validDay(year, byDot, first);
    const candidates = [validDay(year, bySlash, first), validDay(year, first, bySlash)];
    return candidates.find((one) => one !== null && (one === day || one === typed)) ?? null;
  }
  const meant = typed === null ? null : validDay(...typed.split('-'));
  if (meant === null) return null;
  const figures = quote.match(/\d+/g) ?? [];
  const fits = figures.length === 0 || figures.some((one) => Number(one) === Number(meant.slice(8)));
  return fits ? meant : null;
}

function validDay(year = '', month = '', date = ''): string | null {
  const parsed = DateTime.fromISO(`${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`, {
    zone: 'utc',
  });
  return parsed.isValid ? parsed.toISODate() : null;
}

function timesOf(quote: string, { from, until }: ClaimStatement): Pick<SaidTime, 'from' | 'until'> {
  const written = [...quote.matchAll(TIME_OF_DAY)].map(
    ([, hours, minutes]) => 60 * Number(hours) + Number(minutes),
  );
  if (written.length > 0) return { from: written[0] ?? null, until: written[1] ?? null };
  const figures = (quote.match(/\d+/g) ?? []).map(Number);
  const typed = (time: string | null): number | null => {
    const [, hours, minutes] = /^([01]?\d|2[0-3]):(\d\d)$/.exec(time ?? '') ?? [];
    if (hours === undefined) return null;
    const isSaid = figures.length === 0 || figures.some((one) => one % 12 === Number(hours) % 12);
    return isSaid ? 60 * Number(hours) + Number(minutes) : null;
  };
  return { from: typed(from), until: typed(until) };
}

function lengthOf(quote: string, typed: number | null): SaidTime['length'] {
  const rest = quote.replaceAll(TIME_OF_DAY, ' ');
  const written = LENGTH.exec(rest);
  if (written) {
    const [, figure = '', inHours] = written;
    const count = Number(figure.replace(',', '.'));
    return { hours: inHours ? count : count / 60, isExact: true };
  }
  if (typed === null) return null;
  const figures = (rest.match(/\d+(?:[.,]\d+)?/g) ?? []).map((one) => Number(one.replace(',', '.')));
  if (figures.length === 0) return { hours: typed, isExact: false };
  const isSaid = figures.some((one) => Math.abs(one - typed) < 0.01 || Math.abs(one / 60 - typed) < 0.01);
  return isSaid ? { hours: typed, isExact: true } : null;
}

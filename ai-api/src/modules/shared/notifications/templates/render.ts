import { withSafeLinks } from './links.ts';
import { fillIn, newBudget } from './liquid.ts';
import { compileMjml } from './mjml.ts';
import type { Content, Texts } from './schema.ts';

/** A template filled in for one person. */
export interface Rendered {
  subject: string;
  html: string;
  text: string;
  summary: string;
  sms: string;
  link: string | null;
}

/** What every template knows beside its data. */
export interface Surroundings {
  recipient: { name: string; email: string | null };
  company: string;
  /** Where the recipient unsubscribes; null in what they cannot unsubscribe from. */
  unsubscribe: string | null;
}

const MAX_SUBJECT = 300;
const MAX_SUMMARY = 1_000;

/** The texts for a language: its own, else those of its first part (`pt` for `pt-BR`), else English. */
export function textsFor({ locales }: Content, wanted: string): Texts {
  const [language = ''] = wanted.split('-');
  return (locales[wanted] ?? locales[language] ?? locales.en) as Texts;
}

/**
 * Fills a template in.
 * @param budget time for all its parts together
 * @throws {import('./liquid.ts').TemplateError}
 */
export function render(
  content: Content,
  locale: string,
  data: Readonly<Record<string, unknown>>,
  surroundings: Surroundings,
  budget = newBudget(),
): Rendered {
  const texts = textsFor(content, locale);
  const known = { ...data, ...surroundings };
  const line = (source: string) => fillIn(source, 'text', known, budget).replaceAll(/\s+/g, ' ').trim();
  const subject = line(texts.subject).slice(0, MAX_SUBJECT);
  const text = fillIn(texts.text, 'text', known, budget).trim();
  const htmlOf = (mjml: string) =>
    withSafeLinks(fillIn(compileMjml(mjml), 'html', { ...known, subject }, budget));
  const summary = texts.summary === undefined ? text.slice(0, 280) : line(texts.summary);
  return {
    subject,
    text: surroundings.unsubscribe ? `${text}\n\nUnsubscribe: ${surroundings.unsubscribe}` : text,
    html: texts.mjml === undefined ? '' : htmlOf(texts.mjml),
    summary: summary.slice(0, MAX_SUMMARY),
    sms: texts.sms === undefined ? summary.slice(0, 480) : line(texts.sms),
    link: texts.link === undefined ? null : webAddress(line(texts.link)),
  };
}

/** A link that leads to a page, or null. */
function webAddress(link: string): string | null {
  return /^https?:$/.test(URL.parse(link)?.protocol ?? '') ? link : null;
}

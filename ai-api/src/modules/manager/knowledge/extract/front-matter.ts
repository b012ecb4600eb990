import { parse } from 'yaml';
import { clean } from './block.ts';

/** Data before a text, as programs that make pages of Markdown write it. */
const FENCED = /^(---|\+\+\+|;;;)[ \t]*(?:yaml|toml|json)?[ \t]*\n([\s\S]*?)^(?:\1|\.\.\.)[ \t]*(?:\n|$)/m;
/** Of YAML: a key; of TOML: a key or a table. Anything else between two lines is text between rules. */
const DATA = /^\s*(?:#.*\n\s*)*(?:\[[\w."-]+\]|["']?[\w .-]+["']?[ \t]*[:=]|[{[]|$)/;
const MAX_JSON = 100_000;

/** Divides front matter (YAML, TOML or JSON) from the text below it, and finds its title; null without one. */
export function splitFrontMatter(source: string): { title: string | null; text: string } {
  const text = source.replace(/^\ufeff/, '').replaceAll(/\r\n?/g, '\n');
  const trimmed = text.replace(/^\s*\n/, '');
  const fenced = trimmed.startsWith('-') || /^(\+\+\+|;;;)/.test(trimmed) ? FENCED.exec(trimmed) : null;
  if (fenced?.index === 0 && DATA.test(fenced[2] ?? '')) {
    const title = fenced[1] === '+++' ? titleOfToml(fenced[2] ?? '') : titleOfYaml(fenced[2] ?? '');
    return { title, text: trimmed.slice(fenced[0].length) };
  }
  return splitJson(trimmed) ?? { title: null, text };
}

/** An object alone at the beginning, up to a line that has its closing brace alone. */
function splitJson(text: string): { title: string | null; text: string } | null {
  if (!/^\{\s*(\n|")/.test(text)) return null;
  const end = /^\}[ \t]*(?:\n|$)/m.exec(text.slice(0, MAX_JSON));
  if (!end) return null;
  try {
    const data: unknown = JSON.parse(text.slice(0, end.index + 1));
    return { title: titleIn(data), text: text.slice(end.index + end[0].length) };
  } catch {
    return null;
  }
}

/** JSON is YAML too. Front matter that is no valid YAML is still none of the text. */
function titleOfYaml(source: string): string | null {
  try {
    return titleIn(parse(source, { maxAliasCount: 10, logLevel: 'error' }));
  } catch {
    return given(/^title:[ \t]*(.*)$/im.exec(source)?.[1] ?? '');
  }
}

function titleOfToml(source: string): string | null {
  return given(/^title[ \t]*=[ \t]*(.*)$/im.exec(source.split(/^\[/m)[0] ?? '')?.[1] ?? '');
}

const given = (value: string) => textOf(value.trim().replace(/^(["'])(.*)\1.*$/, '$2'));

function titleIn(data: unknown): string | null {
  if (typeof data !== 'object' || data === null) return null;
  const [, value] = Object.entries(data).find(([key]) => key.toLowerCase() === 'title') ?? [];
  return typeof value === 'string' || typeof value === 'number' ? textOf(String(value)) : null;
}

const textOf = (value: string) => clean(value) || null;

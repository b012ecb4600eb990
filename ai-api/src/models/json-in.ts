/** Objects that are tried in one text; more braces than this are no answer. */
const MAX_TRIED = 50;

const NAMES = '(?:\\w+:)?(?:think|thinking|thoughts?|reasoning|reflection|scratchpad)';
/** Where thoughts begin and end: tags of templates, `[THINK]` of Mistral's. Thoughts of one form end by the same one. */
export const THOUGHT_MARKS: readonly { begin: RegExp; end: RegExp }[] = [
  { begin: new RegExp(`<${NAMES}(?:\\s[^>]*)?>`, 'i'), end: new RegExp(`</${NAMES}>`, 'i') },
  { begin: /\[THINK\]/, end: /\[\/THINK\]/ },
];
const THOUGHTS = THOUGHT_MARKS.map(
  ({ begin, end }) => new RegExp(`${begin.source}[\\s\\S]*?(?:${end.source}|$)`, `g${begin.flags}`),
);
const LAST_END = THOUGHT_MARKS.map(({ end }) => new RegExp(`^[\\s\\S]*${end.source}`, end.flags));
/** Marks that tokenizers put around an answer. */
const TOKENS = /<[|｜][\w▁]+[|｜]>|<\/?s>|<(?:end|start)_of_turn>/g;

/**
 * What a model wrote as its answer, without what surrounds it: a byte order mark, thoughts in tags, and the channels
 * of the harmony format. Thoughts that never end leave nothing.
 * @see https://github.com/openai/harmony
 */
export function withoutThoughts(text: string): string {
  const final = /^[\s\S]*<\|channel\|>final[\s\S]*?<\|message\|>/.exec(text);
  const spoken = (final ? text.slice(final[0].length) : text.replace(/<\|channel\|>[\s\S]*$/, ''))
    .replaceAll(/<\|(end|return|start)\|>[\s\S]*$/g, '')
    .replaceAll(TOKENS, '')
    .replaceAll('\ufeff', '')
    .trim();
  // What begins with an answer has no thoughts before it; tags in it are words that it says.
  if (isJson(spoken)) return spoken;
  const said = THOUGHTS.reduce((rest, thoughts) => rest.replaceAll(thoughts, ''), spoken);
  // Some templates open the thoughts themselves, so that only their end arrives.
  return LAST_END.reduce((rest, end) => rest.replace(end, ''), said).trim();
}

/** The JSON objects in a text, such as one in a fence or after a sentence; null when the last one was cut off. */
export function objectsIn(text: string): unknown[] | null {
  const found: unknown[] = [];
  let tried = 0;
  for (let at = text.indexOf('{'); at !== -1 && tried < MAX_TRIED; at = text.indexOf('{', at)) {
    tried += 1;
    const end = endOfObject(text, at);
    if (end === null) return null;
    const value = parsed(text.slice(at, end));
    if (value !== undefined) found.push(value);
    at = value === undefined ? at + 1 : end;
  }
  return found;
}

/** The index after the brace that closes the one at `start`; null when nothing does. */
export function endOfObject(text: string, start: number): number | null {
  let depth = 0;
  let isQuoted = false;
  for (let at = start; at < text.length; at++) {
    const sign = text[at];
    if (isQuoted) {
      if (sign === '\\') at += 1;
      else if (sign === '"') isQuoted = false;
    } else if (sign === '"') isQuoted = true;
    else if (sign === '{') depth += 1;
    else if (sign === '}' && --depth === 0) return at + 1;
  }
  return null;
}

function isJson(text: string): boolean {
  return /^[{[]/.test(text) && parsed(text) !== undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

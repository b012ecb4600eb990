/** What a source text imports, and what its strings say. */
export interface SourceText {
  /** Specifiers of static, dynamic and type imports, and of re-exports. */
  imports: string[];
  /** Those of them that are there at run time: all but types. */
  values: string[];
  /** Contents of string literals and of the constant parts of templates. */
  strings: string[];
}

interface Token {
  kind: 'word' | 'mark' | 'quoted' | 'template';
  text: string;
}

/** Words after which a slash starts a regular expression. */
const BEFORE_VALUE =
  /^(return|typeof|case|in|of|delete|void|throw|new|else|do|await|yield|instanceof|default|extends)$/;

/**
 * Reads TypeScript or JavaScript without JSX. Comments are skipped, and strings are never taken for code. A regular
 * expression right after `)` or `}` is taken for a division, which matters only when it has quotes.
 */
export function readSource(source: string): SourceText {
  const tokens = tokenize(source);
  const imports = tokens.flatMap(({ kind, text }, index) => {
    if (kind !== 'quoted' && kind !== 'template') return [];
    const before = tokens[index - 1];
    const isStatic = kind === 'quoted' && before?.kind === 'word' && /^(from|import)$/.test(before.text);
    const isDynamic = before?.text === '(' && tokens[index - 2]?.text === 'import';
    if (!isStatic && !isDynamic) return [];
    return [{ text, isType: isStatic && isTypeImport(tokens.slice(0, index)) }];
  });
  const strings = tokens
    .filter(({ kind }) => kind === 'quoted' || kind === 'template')
    .map(({ text }) => text);
  const values = imports.filter(({ isType }) => !isType);
  return { imports: imports.map(({ text }) => text), values: values.map(({ text }) => text), strings };
}

/** Whether the statement that ends with `from` names nothing but types. */
function isTypeImport(before: readonly Token[]): boolean {
  const start = before.findLastIndex(({ kind, text }) => kind === 'word' && /^(import|export)$/.test(text));
  const words = before.slice(start + 1, -1).map(({ text }) => text);
  if (words[0] === 'type' && words[1] !== ',') return true;
  const names = words[0] === '{' ? words.slice(1, -1).join(' ').split(' , ') : [];
  return names.length > 0 && names.every((name) => name === '' || name.startsWith('type '));
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  /** For each template that is open: how many braces its expression has open. */
  const templates: number[] = [];
  let at = 0;

  const push = (kind: Token['kind'], text: string, length: number) => {
    tokens.push({ kind, text });
    at += length;
  };
  const isRegExpNext = () => {
    const last = tokens.at(-1);
    if (!last) return true;
    if (last.kind === 'word') return BEFORE_VALUE.test(last.text);
    return last.kind === 'mark' && !/^[)\]}]$/.test(last.text);
  };
  /** The constant part of a template from `at` to the next expression or to its end. */
  const templatePart = () => {
    const [part = ''] = /^(?:\\[\s\S]|\$(?!\{)|[^\\`$])*/.exec(source.slice(at)) ?? [];
    push('template', part, part.length);
    if (source[at] === '`') templates.pop();
    else templates[templates.length - 1] = 0;
    at += source[at] === '`' ? 1 : 2;
  };

  while (at < source.length) {
    const rest = source.slice(at);
    const blank = /^(?:\s+|\/\/[^\n]*)/.exec(rest)?.[0];
    const word = /^[\p{ID_Start}$_#\d][\p{ID_Continue}$\u200c\u200d]*/u.exec(rest)?.[0];
    const quoted = /^(['"])((?:\\[\s\S]|(?!\1)[^\\\n])*)\1/.exec(rest);
    const open = templates.length - 1;
    if (blank) at += blank.length;
    else if (rest.startsWith('/*')) at = endOf(source, '*/', at + 2);
    else if (word) push('word', word, word.length);
    else if (quoted) push('quoted', quoted[2] as string, quoted[0].length);
    else if (rest[0] === '`') {
      templates.push(0);
      at++;
      templatePart();
    } else if (rest[0] === '}' && templates[open] === 0) {
      at++;
      templatePart();
    } else if (rest[0] === '/' && isRegExpNext()) {
      const literal = /^\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^\\/[\n])+\/\w*/.exec(rest)?.[0] ?? '/';
      push('mark', literal, literal.length);
    } else {
      if (open >= 0 && rest[0] === '{') templates[open] = (templates[open] as number) + 1;
      if (open >= 0 && rest[0] === '}') templates[open] = (templates[open] as number) - 1;
      push('mark', rest[0] as string, 1);
    }
  }
  return tokens;
}

function endOf(source: string, mark: string, from: number): number {
  const found = source.indexOf(mark, from);
  return found < 0 ? source.length : found + mark.length;
}

const PASSWORD = 'password|passwd|passphrase|pwd|passcode';
const SECRET =
  'secret|token|api[_-]?key|apikey|access[_-]?key|account[_-]?key|auth[_-]?key|private[_-]?key|encryption[_-]?key|signing[_-]?key|signature|credentials?';

/**
 * A value after a label: `password = "…"`, `API_KEY=…`, `"clientSecret": "…"`, `--token …`. Quotes may be escaped.
 * The value ends the expression, and a label begins it, so that nothing is read twice.
 */
const LABELLED = new RegExp(
  `(${PASSWORD}|${SECRET})((?:[_-]?(?:key|base|value|id))?(?:\\\\{0,3}["'\`])?\\]?\\s{0,5}(?::=|=>|[:=]|(?<=--[\\w-]{0,40})\\s)\\s{0,5})(?:(\\\\{0,3}["'\`])([^"'\`\\\\\\n]{4,400})|([^\\s"'\`\\\\,;<>(){}&|]{4,400}))`,
  'gi',
);

const isPasswordLabel = new RegExp(`^(?:${PASSWORD})$`, 'i');

/** Values that stand for a secret, or are words of a program. */
const PLACEHOLDER =
  /^(?:[x*.•-]+|\[redacted.*|your[-_].*|my[-_]?(?:password|secret|token)|(?:new|old|current|confirm)?[-_]?(?:password|passwd|secret|token|key)s?|change[-_]?me|example|string|number|boolean|none|null|nil|undefined|true|false|required|optional|hidden|text|bearer|basic|[$%{#@].*|process\.env.*|os\.environ.*|import\.meta.*|env\..*|secrets\..*|vars\..*)$/i;
const IDENTIFIER_PATH = /^[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)+\[?\]?$/;
const NEXT_IS_CALL = /[({[<]/;

/** Replaces the values of labels that name a secret. */
export function replaceLabelled(
  text: string,
  replacementOf: (kind: string) => string,
  found: (kind: string) => void,
): string {
  return text.replace(
    LABELLED,
    (match: string, label: string, between: string, quote = '', quoted = '', plain = '', offset = 0) => {
      const value = quoted || plain;
      const kind = isPasswordLabel.test(label) ? 'password' : 'secret';
      const next = text[offset + match.length] ?? '';
      if (!isSecret(kind, value, quote !== '', next)) return match;
      found(kind);
      return `${label}${between}${quote}${replacementOf(kind)}`;
    },
  );
}

function isSecret(kind: 'password' | 'secret', value: string, isQuoted: boolean, next: string): boolean {
  if (PLACEHOLDER.test(value) || value.startsWith('[redacted')) return false;
  const isMixed = /\d/.test(value) && /[A-Za-z]/.test(value);
  if (isQuoted) {
    // A sentence is a text of a form far more often than it is a password.
    if (/\s/.test(value)) return kind === 'password' && /\d/.test(value);
    if (kind === 'password') return true;
    return (
      value.length >= 8 && (isMixed || (value.length >= 20 && /[a-z]/.test(value) && /[A-Z]/.test(value)))
    );
  }
  if (NEXT_IS_CALL.test(next) || IDENTIFIER_PATH.test(value)) return false;
  return isMixed && value.length >= (kind === 'password' ? 6 : 12);
}

import { replaceEmails } from './emails.ts';
import { replaceLabelled } from './labelled.ts';
import { replacePrivateKeys } from './private-keys.ts';
import { TOKEN_RULES } from './tokens.ts';
import { replaceAuthorization, replaceUrlPasswords } from './urls.ts';

export interface RedactionOptions {
  /** Whether e-mail addresses are removed too. Defaults to false. */
  emails?: boolean;
}

/** How many secrets of one kind were removed. */
export interface Finding {
  /** Such as `github-token`, `private-key`, `password`, `secret`, `connection-string` or `email`. */
  kind: string;
  count: number;
}

/** Removing a secret may show another beside it; it is looked again until there is none, at most so often. */
const MAX_ROUNDS = 5;

/**
 * Replaces secrets in a text by `[redacted:kind]`. Commit hashes, 7 to 40 hexadecimal digits, stay unless a label such as
 * `token=` names them a secret. The time is linear in the length of the text, and a second call changes nothing.
 */
export function redact(text: string, options: RedactionOptions = {}): { text: string; findings: Finding[] } {
  const counts = new Map<string, number>();
  let redacted = text;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = redacted;
    redacted = redactOnce(before, options, (kind) => counts.set(kind, (counts.get(kind) ?? 0) + 1));
    if (redacted === before) break;
  }
  return { text: redacted, findings: [...counts].map(([kind, count]) => ({ kind, count })) };
}

const placeholder = (kind: string) => `[redacted:${kind}]`;

function redactOnce(
  text: string,
  { emails = false }: RedactionOptions,
  found: (kind: string) => void,
): string {
  const keys = replacePrivateKeys(text, placeholder('private-key'));
  for (let key = 0; key < keys.count; key++) found('private-key');
  let redacted = keys.text;
  for (const { kind, triggers, pattern, accepts } of TOKEN_RULES) {
    if (!triggers.some((trigger) => redacted.includes(trigger))) continue;
    redacted = redacted.replace(pattern, (match) => {
      if (accepts && !accepts(match)) return match;
      found(kind);
      return placeholder(kind);
    });
  }
  redacted = replaceUrlPasswords(redacted, placeholder('connection-string'), () =>
    found('connection-string'),
  );
  redacted = replaceAuthorization(redacted, placeholder('authorization'), () => found('authorization'));
  redacted = replaceLabelled(redacted, placeholder, found);
  return emails ? replaceEmails(redacted, placeholder('email'), () => found('email')) : redacted;
}

/** Characters that an address may have before its `@`; a dot or a hyphen after one may continue its domain. */
const BEFORE = "(?<![[:alnum:].!#$%&*+/=?^_{|}~'@-])";
const AFTER = '(?![[:alnum:]@_-]|[.][[:alnum:]_-])';

/** A text as a regular expression of PostgreSQL that matches nothing else. */
export function literal(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}@_]/gu, String.raw`\$&`);
}

/**
 * A regular expression of PostgreSQL for an e-mail address that is no part of a longer one: neither of `joann@example.com`
 * nor of `ann@example.com.au` for `ann@example.com`. It takes in nothing beside the address.
 */
export function wholeAddress(email: string): string {
  return `${BEFORE}${literal(email)}${AFTER}`;
}

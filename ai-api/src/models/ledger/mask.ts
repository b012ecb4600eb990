const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g;

/** What is recognisably personal or secret in a text, and what replaces it. */
const PATTERNS: readonly [RegExp, string][] = [
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g, '<token>'],
  [/\b(?:sk|pk|rk|aim|ghp|gho|xox[bp]|glpat|whsec)[-_][\w-]{16,}/g, '<key>'],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, '<key>'],
  [/\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b/g, '<iban>'],
];
/** 13 to 19 digits, in groups or not: a card when the check digit is right. */
const DIGITS = /(?<!\w|\d\.)\d(?:[ -]?\d){12,18}(?!\w|\.\d)/g;
/** `+` and 8 to 15 digits (E.164), or a national number in groups with a leading zero or an area in brackets. */
const PHONES =
  /(?<![\w.])(?:\+\d(?:[ ()./-]{0,2}\d){7,14}|\(\d{2,5}\)(?:[ /-]{0,2}\d){5,10}|0\d{1,4}[ /-]\d(?:[ /-]?\d){4,9})(?![\w])/g;

/**
 * The text without e-mail addresses, phone and card numbers, bank accounts and keys. What is personal by its
 * meaning only, such as a name, stays.
 */
export function maskText(text: string): string {
  // Most texts have none, and looking for the sign alone is much faster.
  let masked = text.includes('@') ? text.replace(EMAIL, '<email>') : text;
  for (const [pattern, stead] of PATTERNS) masked = masked.replace(pattern, stead);
  masked = masked.replace(DIGITS, (digits) => (isCard(digits) ? '<card>' : digits));
  return masked.replace(PHONES, '<phone>');
}

/** Masks every text inside a value, names of fields included. */
export function maskValue(value: unknown): unknown {
  if (typeof value === 'string') return maskText(value);
  if (Array.isArray(value)) return value.map(maskValue);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [maskText(name), maskValue(inner)]));
}

/** ISO/IEC 7812-1, annex B. */
function isCard(text: string): boolean {
  const digits = text.replace(/\D/g, '');
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place]);
    const doubled = place % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

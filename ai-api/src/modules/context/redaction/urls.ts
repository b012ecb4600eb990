/** Credentials in a URL or connection string, `scheme://user:password@host`. All parts are bounded. */
const CREDENTIALS = /([a-zA-Z][a-zA-Z0-9+.-]{1,30}:\/\/[^\s:@/"'<>`\\]{0,200}):([^\s@/"'<>`\\]{1,300})@/g;
const AUTHORIZATION = /(\b(?:bearer|basic|token)\s{1,3}(?:\\{0,3}["'])?)([A-Za-z0-9._~+/=-]{12,})/gi;
/** Values that stand for a password. */
const PLACEHOLDER = /^(?:\$.*|%.*|\{.*|\*+|x+|\.+|password|pass|pw|secret|\[redacted.*)$/i;

/** Replaces passwords in URLs and connection strings. The user and the host stay. */
export function replaceUrlPasswords(text: string, replacement: string, found: () => void): string {
  if (!text.includes('://')) return text;
  return text.replace(CREDENTIALS, (match: string, before: string, password: string) => {
    if (PLACEHOLDER.test(password)) return match;
    found();
    return `${before}:${replacement}@`;
  });
}

/** Replaces what follows `Bearer`, `Basic` or `Token` in a header, where it has letters and digits. */
export function replaceAuthorization(text: string, replacement: string, found: () => void): string {
  return text.replace(AUTHORIZATION, (match: string, before: string, value: string) => {
    const isSecret = /\d/.test(value) && /[A-Za-z]/.test(value) && !isCommitHash(value);
    if (!isSecret) return match;
    found();
    return `${before}${replacement}`;
  });
}

function isCommitHash(value: string): boolean {
  return /^[0-9a-f]{7,40}$/.test(value);
}

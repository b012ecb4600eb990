import { createHash } from 'node:crypto';

/**
 * A UUID that follows from a path such as `executive/page/overview`: the same path gives the same id
 * always, so that an app that is written anew differs only where it changed.
 * @see https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-8
 */
export function stableId(...path: readonly string[]): string {
  const hex = createHash('sha256')
    .update(`ai-manager/${path.join('/')}`)
    .digest('hex')
    .slice(0, 32);
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  const bits = `${hex.slice(0, 12)}8${hex.slice(13, 16)}${variant}${hex.slice(17)}`;
  return bits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

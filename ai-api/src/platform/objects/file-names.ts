import { createHash } from 'node:crypto';

/**
 * File names for key segments. A segment keeps its lower-case ASCII letters, digits and `._-`; every other byte
 * becomes `%xx`, so that keys which differ only in case or Unicode form stay apart on any file system. A name
 * that would grow too long becomes `%~` and a hash. `%` before anything but two hex digits is ours to use.
 */
const OBJECT_SUFFIX = '%object';
const NAME_SUFFIX = '%name';
const MAX_NAME_BYTES = 255 - OBJECT_SUFFIX.length;

/** Holds temporary files; no segment encodes to it. */
export const TEMPORARY_DIRECTORY = '%tmp';

/** The directory of everything below this segment. */
export function directoryName(segment: string): string {
  const encoded = Buffer.from(segment)
    .toString('latin1')
    .replace(/[^a-z0-9._-]/g, escapeByte);
  return encoded.length <= MAX_NAME_BYTES
    ? encoded
    : `%~${createHash('sha256').update(segment).digest('hex')}`;
}

/** The file of the object whose last segment this is. */
export function objectName(segment: string): string {
  return directoryName(segment) + OBJECT_SUFFIX;
}

/** The file that holds the segment itself, for a segment whose name had to be hashed; null for all others. */
export function spelledOutName(segment: string): string | null {
  const name = directoryName(segment);
  return name.startsWith('%~') ? name + NAME_SUFFIX : null;
}

export type NameMeaning =
  | { kind: 'object' | 'directory'; segment: string }
  | { kind: 'object' | 'directory'; segmentIn: string };

/** The key of a file name; null for a file that is not ours. */
export function readName(name: string, isDirectory: boolean): NameMeaning | null {
  if (isDirectory === name.endsWith(OBJECT_SUFFIX)) return null;
  const kind = isDirectory ? 'directory' : 'object';
  const encoded = isDirectory ? name : name.slice(0, -OBJECT_SUFFIX.length);
  if (/^%~[0-9a-f]{64}$/.test(encoded)) return { kind, segmentIn: encoded + NAME_SUFFIX };
  if (!/^(?:[a-z0-9._-]|%[0-9a-f]{2})+$/.test(encoded)) return null;
  const bytes = encoded.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return { kind, segment: Buffer.from(bytes, 'latin1').toString() };
}

function escapeByte(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

import type { ListOptions, ObjectMetadata, PutOptions, SignOptions } from './object-store.ts';

const MAX_KEY_BYTES = 1024;
const MAX_SEGMENT_BYTES = 255;
const MAX_METADATA_BYTES = 2048;
const MAX_PAGE = 1000;
const MAX_SIGNED_SECONDS = 604_800;
const DEFAULT_CONTENT_TYPE = 'application/octet-stream';

/** A key or option that no object store may take; `message` says which and why. */
export class InvalidObjectInput extends Error {
  override name = 'InvalidObjectInput';
}

/**
 * Returns `key` when it is 1 to 1024 bytes of UTF-8, its segments are 1 to 255 bytes each and none is `.`
 * or `..`, and it holds neither a backslash nor a control character; throws {@link InvalidObjectInput} otherwise.
 */
export function checkKey(key: string): string {
  const problem = keyProblem(key);
  if (problem) throw new InvalidObjectInput(`The object key ${problem}.`);
  return key;
}

function keyProblem(key: string): string | null {
  if (key === '') return 'is empty';
  if (!key.isWellFormed()) return 'is not valid Unicode';
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `is longer than ${MAX_KEY_BYTES} bytes`;
  if (/[\p{Cc}\\]/u.test(key)) return 'contains a control character or a backslash';
  if (key.startsWith('/')) return 'starts with a slash';
  for (const segment of key.split('/')) {
    if (segment === '') return 'contains an empty segment';
    if (segment === '.' || segment === '..') return `contains the segment "${segment}"`;
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES)
      return `has a segment longer than ${MAX_SEGMENT_BYTES} bytes`;
  }
  return null;
}

/** Content type and metadata with defaults filled in; throws {@link InvalidObjectInput}. */
export function checkPutOptions(options: PutOptions): { contentType: string; metadata: ObjectMetadata } {
  const contentType = options.contentType ?? DEFAULT_CONTENT_TYPE;
  if (!/^[\x21-\x7e][\x20-\x7e]{0,254}$/.test(contentType)) {
    throw new InvalidObjectInput('The content type is not 1 to 255 printable ASCII characters.');
  }
  const metadata = { ...options.metadata };
  let bytes = 0;
  for (const [name, value] of Object.entries(metadata)) {
    if (!/^[a-z0-9-]{1,64}$/.test(name)) {
      throw new InvalidObjectInput(
        `The metadata name ${JSON.stringify(name)} is not of the form [a-z0-9-]{1,64}.`,
      );
    }
    if (!/^[\x20-\x7e]*$/.test(value)) {
      throw new InvalidObjectInput(`The metadata value of ${name} is not printable ASCII.`);
    }
    bytes += name.length + value.length;
  }
  if (bytes > MAX_METADATA_BYTES)
    throw new InvalidObjectInput(`The metadata exceeds ${MAX_METADATA_BYTES} bytes.`);
  return { contentType, metadata };
}

/** Decoded cursor (the last key of the page before, or '') and limit; throws {@link InvalidObjectInput}. */
export function checkListOptions(options: ListOptions): { after: string; limit: number } {
  const limit = options.limit ?? MAX_PAGE;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    throw new InvalidObjectInput(`The limit must be a whole number from 1 to ${MAX_PAGE}.`);
  }
  if (options.cursor === undefined) return { after: '', limit };
  const after = Buffer.from(options.cursor, 'base64url').toString();
  if (encodeCursor(after) !== options.cursor || keyProblem(after)) {
    throw new InvalidObjectInput('The cursor is not one that this store gave out.');
  }
  return { after, limit };
}

/** The cursor that {@link checkListOptions} decodes. */
export function encodeCursor(lastKey: string): string {
  return Buffer.from(lastKey).toString('base64url');
}

/** Throws {@link InvalidObjectInput} unless the lifetime is whole seconds from 1 to 604800. */
export function checkSignOptions({ expiresInSeconds }: SignOptions): void {
  if (!Number.isInteger(expiresInSeconds) || expiresInSeconds < 1 || expiresInSeconds > MAX_SIGNED_SECONDS) {
    throw new InvalidObjectInput(`expiresInSeconds must be a whole number from 1 to ${MAX_SIGNED_SECONDS}.`);
  }
}

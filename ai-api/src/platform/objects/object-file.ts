import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { ObjectHead, ObjectMetadata, StoredObject } from './object-store.ts';

/**
 * One object is one file: a line of JSON with its content type and metadata, then its bytes. Both therefore
 * change in the same rename, and a reader never pairs one version's body with another's metadata.
 */
const MAX_HEADER_BYTES = 16_384;
const NEWLINE = 0x0a;

/** The bytes of an object's file. */
export async function* objectFile(
  head: { contentType: string; metadata: ObjectMetadata },
  body: Uint8Array | Readable,
): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${JSON.stringify(head)}\n`);
  if (body instanceof Uint8Array) {
    yield body;
    return;
  }
  for await (const chunk of body) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
}

/** Reads the head and leaves the file closed; null when there is no such file. */
export async function readObjectHead(path: string): Promise<ObjectHead | null> {
  const file = await openOrNull(path);
  if (!file) return null;
  try {
    const { head } = await readHeader(file, path);
    return head;
  } finally {
    await file.close();
  }
}

/** Opens the object for reading; its body closes the file at its end. Null when there is no such file. */
export async function openObject(path: string): Promise<StoredObject | null> {
  const file = await openOrNull(path);
  if (!file) return null;
  try {
    const { head, start } = await readHeader(file, path);
    return { ...head, body: file.createReadStream({ start }) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openOrNull(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function readHeader(file: FileHandle, path: string): Promise<{ head: ObjectHead; start: number }> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_HEADER_BYTES), 0, MAX_HEADER_BYTES, 0);
  const end = buffer.subarray(0, bytesRead).indexOf(NEWLINE);
  if (end < 0) throw new Error(`The object file ${path} is damaged: it has no header.`);
  const { contentType, metadata } = JSON.parse(buffer.toString('utf8', 0, end));
  const { size } = await file.stat();
  return { head: { size: size - end - 1, contentType, metadata }, start: end + 1 };
}

/** True for the error of a path that does not exist, or runs through a file as if it were a directory. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

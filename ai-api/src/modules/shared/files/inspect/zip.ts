import { open as openFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type Entry, fromBuffer, open, type ZipFile } from 'yauzl';
import { Refused } from './refused.ts';

/** What an archive may unpack to, all archives inside of it together. */
export interface ArchiveLimits {
  entries: number;
  /** Sum of the unpacked bytes. */
  bytes: number;
  /** Unpacked bytes for each packed one, beyond the first megabyte. */
  ratio: number;
  /** Archives within archives. */
  depth: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = {
  entries: 10_000,
  bytes: 1024 * 1024 * 1024,
  ratio: 100,
  depth: 4,
};

const FREE_BYTES = 1024 * 1024;
/** Archives inside of an archive are unpacked in memory, to be counted too. */
const MAX_NESTED_BYTES = 64 * 1024 * 1024;

const OTHER_ARCHIVES: readonly [string, Buffer][] = [
  ['gzip', Buffer.from([0x1f, 0x8b])],
  ['bzip2', Buffer.from('BZh')],
  ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])],
  ['7-Zip', Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c])],
  ['RAR', Buffer.from('Rar!')],
  ['Zstandard', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
];
const ZIP_MAGIC = Buffer.from([0x50, 0x4b, 0x03, 0x04]);

interface Count {
  entries: number;
  bytes: number;
}

/**
 * Counts what a ZIP archive unpacks to, archives inside of it included, without trusting the sizes that it states.
 * It stops at the first limit that is passed.
 * @returns the names of its own entries
 * @throws {Refused} naming the limit, or what cannot be read
 */
export async function countArchive(
  path: string,
  packedBytes: number,
  options: { isPlain: boolean; signal: AbortSignal; limits?: ArchiveLimits },
): Promise<string[]> {
  const archive = await readable((done) => open(path, { lazyEntries: true, autoClose: false }, done));
  const { isPlain, signal, limits = ARCHIVE_LIMITS } = options;
  return walk(archive, { packedBytes, isPlain, limits, signal, depth: 1, count: { entries: 0, bytes: 0 } });
}

interface Walk {
  packedBytes: number;
  /** A ZIP of files, and no document that is kept as one: other archives in it are refused. */
  isPlain: boolean;
  limits: ArchiveLimits;
  signal: AbortSignal;
  depth: number;
  count: Count;
}

function readable(
  opening: (done: (error: Error | null, archive: ZipFile) => void) => void,
): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    opening((error, archive) => (error ? reject(notReadable(error)) : resolve(archive)));
  });
}

function notReadable(error: Error): Refused {
  return new Refused(`It is not a ZIP archive that can be read: ${error.message}.`);
}

async function walk(archive: ZipFile, state: Walk): Promise<string[]> {
  const names: string[] = [];
  try {
    for (;;) {
      const entry = await nextEntry(archive);
      if (!entry) return names;
      state.signal.throwIfAborted();
      state.count.entries += 1;
      if (state.count.entries > state.limits.entries)
        throw new Refused(`The archive has more than ${state.limits.entries} entries.`);
      if (entry.isEncrypted()) throw new Refused('The archive is encrypted, so that it cannot be inspected.');
      refuseSize(state, entry.uncompressedSize);
      names.push(entry.fileName);
      if (!entry.fileName.endsWith('/')) await lookInto(archive, entry, state);
    }
  } finally {
    archive.close();
  }
}

function nextEntry(archive: ZipFile): Promise<Entry | null> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      archive.removeAllListeners('entry').removeAllListeners('end').removeAllListeners('error');
      act();
    };
    archive.once('entry', (entry: Entry) => settle(() => resolve(entry)));
    archive.once('end', () => settle(() => resolve(null)));
    archive.once('error', (error: Error) => settle(() => reject(notReadable(error))));
    archive.readEntry();
  });
}

/** Refuses by the stated size before anything is unpacked, and by the true one while it is. */
function refuseSize({ count, limits, packedBytes }: Walk, more: number): void {
  const bytes = count.bytes + more;
  if (bytes > limits.bytes)
    throw new Refused(`The archive unpacks to more than ${Math.round(limits.bytes / 1024 / 1024)} MB.`);
  if (bytes > FREE_BYTES && bytes > packedBytes * limits.ratio)
    throw new Refused(`The archive unpacks to more than ${limits.ratio} times its size.`);
}

async function lookInto(archive: ZipFile, entry: Entry, state: Walk): Promise<void> {
  const stream = await new Promise<Readable>((resolve, reject) => {
    archive.openReadStream(entry, (error, opened) => (error ? reject(notReadable(error)) : resolve(opened)));
  });
  const kept: Buffer[] = [];
  let seen = 0;
  let isNested: boolean | undefined;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      state.signal.throwIfAborted();
      if (isNested === undefined) {
        if (state.isPlain) refuseOtherArchive(entry.fileName, chunk);
        isNested = chunk.subarray(0, 4).equals(ZIP_MAGIC);
      }
      seen += chunk.length;
      refuseSize(state, seen);
      if (!isNested) continue;
      if (seen > MAX_NESTED_BYTES)
        throw new Refused('An archive inside of the archive is too large to inspect.');
      kept.push(chunk);
    }
  } catch (error) {
    if (error instanceof Refused || state.signal.aborted) throw error;
    throw notReadable(error as Error);
  } finally {
    stream.destroy();
  }
  state.count.bytes += seen;
  if (isNested) await walkNested(Buffer.concat(kept), state);
}

async function walkNested(bytes: Buffer, state: Walk): Promise<void> {
  if (state.depth >= state.limits.depth)
    throw new Refused(`The archive has archives inside of archives, more than ${state.limits.depth} deep.`);
  const nested = await readable((done) => fromBuffer(bytes, { lazyEntries: true }, done));
  await walk(nested, { ...state, depth: state.depth + 1 });
}

function refuseOtherArchive(name: string, start: Buffer): void {
  const [kind] = OTHER_ARCHIVES.find(([, magic]) => start.subarray(0, magic.length).equals(magic)) ?? [];
  if (kind)
    throw new Refused(`The archive holds a ${kind} file, which cannot be inspected: ${name.slice(0, 100)}.`);
}

const TAIL_BYTES = 65_557;
const END_OF_DIRECTORY_BYTES = 22;
const END_OF_DIRECTORY = Buffer.from([0x50, 0x4b, 0x05, 0x06]);

/** Whether bytes that are the end of a file make it a ZIP archive, whatever it starts with. */
export function endsAsZip(tail: Buffer): boolean {
  const before = (end: number) => (end < 0 ? -1 : tail.lastIndexOf(END_OF_DIRECTORY, end));
  for (let at = before(tail.length); at >= 0; at = before(at - 1)) {
    const end = at + END_OF_DIRECTORY_BYTES;
    if (end <= tail.length && end + tail.readUInt16LE(end - 2) <= tail.length) return true;
  }
  return false;
}

/** The end of a file, as far back as the directory of a ZIP archive can begin. */
export async function tailOf(path: string): Promise<Buffer> {
  const file = await openFile(path, 'r');
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

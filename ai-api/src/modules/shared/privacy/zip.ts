import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';

/** A file to be packed. */
export interface Entry {
  path: string;
  content: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;
}

/** A file that was packed. */
export interface Packed {
  path: string;
  /** Before it was packed. */
  bytes: number;
  sha256: string;
}

/** The same for every file: the time of an entry says nothing. */
const OPTIONS = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, forceZip64Format: true };

/**
 * A ZIP archive, written while its files are read: memory holds one piece at a time. A file is asked for once the one
 * before it is read.
 * @param onPacked called with each file once it is read
 */
export async function* zip(
  entries: AsyncIterable<Entry>,
  onPacked: (packed: Packed) => void = () => {},
): AsyncGenerator<Buffer> {
  const archive = new ZipFile();
  const output = archive.outputStream as Readable;
  let current: Readable | null = null;

  async function fill(): Promise<void> {
    for await (const { path, content } of entries) {
      const packed = { path, bytes: 0, sha256: '' };
      current = Readable.from(counted(content, packed), { objectMode: false });
      archive.addReadStream(current, path, OPTIONS);
      await finished(current);
      onPacked(packed);
    }
    // Of both: some readers take the sizes of the entries as they are where the end is not in this format.
    archive.end({ forceZip64Format: true, comment: '' });
  }

  const fail = (error: Error) => output.destroy(error);
  archive.on('error', fail);
  fill().catch(fail);
  try {
    yield* output as AsyncIterable<Buffer>;
  } finally {
    // A reader that ends early ends what is read for it.
    (current as Readable | null)?.destroy();
  }
}

/** The pieces of a file, whose size and hash are in `packed` once all are read. */
async function* counted(content: Entry['content'], packed: Packed): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const piece of content) {
    const bytes = Buffer.from(piece as Uint8Array);
    hash.update(bytes);
    packed.bytes += bytes.length;
    yield bytes;
  }
  packed.sha256 = hash.digest('hex');
}

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Scanner, ScannerFailed } from '../../../../platform/scanner/index.ts';
import { ZIP, ZIP_BASED } from '../vocabulary.ts';
import { checkContent } from './content.ts';
import { Refused } from './refused.ts';
import { countArchive } from './zip.ts';

/** What was found in the bytes of a version. */
export interface Findings {
  bytes: number;
  sha256: string;
  state: 'ready' | 'quarantined' | 'rejected' | 'scan_failed';
  scan: 'clean' | 'infected' | 'not scanned' | null;
  /** Why it is not ready; of a file that is ready without a scan, that it was not scanned. */
  reason: string | null;
  /** Program and signatures that looked at it. */
  scanner: string | null;
}

/** What a version has to be. */
export interface Expected {
  contentType: string;
  types: readonly string[];
  /** Whether a text may be in another encoding than UTF-8: its module reads it, and refuses what it cannot read. */
  anyEncoding?: boolean;
  /** Refuses what no scanner looked at. */
  requireScan: boolean;
}

export interface InspectorSetup {
  scanner: Scanner;
  /** Where files are kept while they are inspected. */
  directory: string;
}

/**
 * Looks at the bytes of a version: its type by content, what an archive unpacks to, viruses. The bytes are written to a
 * temporary file first, since an archive is read from its end.
 * @throws {ScannerFailed} which another attempt may not meet, and what reading the body throws
 */
export async function inspect(
  { scanner, directory }: InspectorSetup,
  body: Readable,
  expected: Expected,
  signal: AbortSignal,
): Promise<Findings> {
  const folder = await mkdtemp(join(directory, 'inspected-'));
  const path = join(folder, 'file');
  try {
    const hash = createHash('sha256');
    const measured = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    };
    await pipeline(body, measured, createWriteStream(path, { mode: 0o600 }), { signal });
    const { size } = await stat(path);
    const measures = { bytes: size, sha256: hash.digest('hex') };
    return { ...measures, ...(await judge(scanner, path, size, expected, signal)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Judged = Omit<Findings, 'bytes' | 'sha256'>;

async function judge(
  scanner: Scanner,
  path: string,
  size: number,
  { requireScan, ...expected }: Expected,
  signal: AbortSignal,
): Promise<Judged> {
  try {
    await checkContent(path, expected);
    await checkArchive(path, size, expected.contentType, signal);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { state: 'rejected', scan: null, reason: error.message, scanner: null };
  }
  if (scanner.driver === 'none') return unscanned(requireScan);
  return scanned(scanner, path, signal);
}

async function checkArchive(path: string, size: number, type: string, signal: AbortSignal): Promise<void> {
  if (!(type in ZIP_BASED)) return;
  const names = await countArchive(path, size, { isPlain: type === ZIP, signal });
  const needed = ZIP_BASED[type] ?? null;
  if (needed !== null && !names.some((name) => name.startsWith(needed)))
    throw new Refused(`It is not what it was uploaded as (${type}): it is another ZIP archive.`);
}

function unscanned(requireScan: boolean): Judged {
  if (requireScan) {
    const reason = 'No virus scanner is configured, and the company requires a scan.';
    return { state: 'scan_failed', scan: 'not scanned', reason, scanner: null };
  }
  const reason = 'Not scanned: no virus scanner is configured.';
  return { state: 'ready', scan: 'not scanned', reason, scanner: null };
}

async function scanned(scanner: Scanner, path: string, signal: AbortSignal): Promise<Judged> {
  try {
    const version = await scanner.version();
    const verdict = await scanner.scan(createReadStream(path), signal);
    return verdict.isInfected
      ? { state: 'quarantined', scan: 'infected', reason: `Found ${verdict.signature}.`, scanner: version }
      : { state: 'ready', scan: 'clean', reason: null, scanner: version };
  } catch (error) {
    if (!(error instanceof ScannerFailed) || error.isTemporary) throw error;
    return { state: 'scan_failed', scan: 'not scanned', reason: error.message, scanner: null };
  }
}

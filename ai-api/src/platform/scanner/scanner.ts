import type { Readable } from 'node:stream';

/** What a scanner says about bytes. */
export type Verdict = { isInfected: false } | { isInfected: true; signature: string };

/** The scanner could not answer: it is away, ran out of time, or refused the bytes for their size. */
export class ScannerFailed extends Error {
  override name = 'ScannerFailed';
  /** Another attempt may succeed. */
  readonly isTemporary: boolean;

  constructor(
    message: string,
    { isTemporary = true, cause }: { isTemporary?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.isTemporary = isTemporary;
  }
}

/** Looks for malware. */
export interface Scanner {
  readonly driver: 'clamd' | 'none';
  /** @throws {ScannerFailed} */
  scan(body: Readable, signal: AbortSignal): Promise<Verdict>;
  /** Program and signatures, such as `ClamAV 1.4.3`. @throws {ScannerFailed} */
  version(): Promise<string>;
}

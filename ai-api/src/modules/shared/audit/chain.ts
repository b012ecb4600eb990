import { createHash, randomBytes } from 'node:crypto';
import serialize from 'canonicalize';

/** The hash that the first entry of a chain follows. */
export const GENESIS = '0'.repeat(64);

/** What the hash of an entry covers beside the hash before it. Times are ISO 8601 in UTC with milliseconds. */
export interface ChainedEntry {
  tenantId: string;
  seq: number;
  occurredAt: string;
  actor: { keyId: string | null; name: string; actingFor: string | null };
  operation: string;
  subject: string;
  requestId: string | null;
  payloadDigest: string;
}

/** Personal data of an entry, in parts that can be erased one by one. */
export interface Detail {
  /** Whom or what it is about, such as `builder:b-001`: erasing any of them erases the part. */
  about: string[];
  content: object;
}

/** A part as it is stored. `digest` stays when content and salt are erased. */
export interface SealedDetail {
  about: string[];
  digest: string;
  salt: string;
  /** Canonical JSON. */
  content: string;
}

/** JSON in the canonical form of RFC 8785; halves of surrogate pairs, which it refuses, become U+FFFD. */
export function canonicalJson(value: object): string {
  const plain = JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
    typeof part === 'string' ? part.toWellFormed() : part,
  ) as object;
  return serialize(plain) as string;
}

function sha256(...parts: (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** SHA-256 of a value's canonical JSON, in hex. It hides nothing that can be guessed. */
export function digestOf(value: object): string {
  return sha256(canonicalJson(value));
}

/** Hash of an entry in hex: SHA-256 of the hash before it (32 bytes) and the entry's canonical JSON. */
export function hashEntry(previousHash: string, entry: ChainedEntry): string {
  return sha256(Buffer.from(previousHash, 'hex'), canonicalJson(entry));
}

/** The canonical JSON of an entry before and after its place, which is known only once the chain is locked. */
export function aroundSeq(entry: Omit<ChainedEntry, 'seq'>): [before: string, after: string] {
  // No string can hold this text: its quotes would be escaped.
  const [before, after] = canonicalJson({ ...entry, seq: 0 }).split(',"seq":0,');
  return [`${before},"seq":`, `,${after}`];
}

/** Salts and digests a part. The salt keeps a digest from telling whether a guess at erased data is right. */
export function seal({ about, content }: Detail): SealedDetail {
  const salt = randomBytes(32).toString('hex');
  const text = canonicalJson(content);
  return { about, digest: digestContent(salt, text), salt, content: text };
}

/** SHA-256 of salt and content, in hex. */
export function digestContent(salt: string, content: string): string {
  return sha256(Buffer.from(salt, 'hex'), content);
}

/** The one digest over all parts of an entry that its hash covers. */
export function digestDetails(details: Pick<SealedDetail, 'about' | 'digest'>[]): string {
  return sha256(canonicalJson(details.map(({ about, digest }) => ({ about, digest }))));
}

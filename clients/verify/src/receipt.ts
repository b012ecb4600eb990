import { createHash, createPublicKey, type JsonWebKey, verify } from 'node:crypto';

/** Where the audit trail was when a receipt was issued. */
export interface TrailHead {
  seq: number;
  hash: string;
}

/** What a receipt says. */
export interface Receipt {
  /** The signed part. */
  payload: Record<string, unknown> & { trail: TrailHead | null };
  /** What its holder discloses, by name; none after an erasure. */
  disclosed: Record<string, unknown>;
  /** Digests without a disclosure. */
  hidden: number;
  kid: string;
}

/** Why a receipt or a trail does not hold. */
export class NotVerified extends Error {
  override name = 'NotVerified';
}

const sha256 = (data: string | Buffer, encoding: 'base64url' | 'hex') =>
  createHash('sha256').update(data).digest(encoding);

function json(part: string, what: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    if (typeof value !== 'object' || value === null) throw new TypeError('It is neither members nor a list.');
    return value as Record<string, unknown>;
  } catch {
    throw new NotVerified(`${what} is not readable.`);
  }
}

/**
 * Checks the signature of a receipt (Ed25519), and each disclosure against the digests that it signs (RFC 9901).
 * @param keys of a JSON Web Key Set
 * @throws {NotVerified}
 */
export function verifyReceipt(text: string, keys: readonly JsonWebKey[]): Receipt {
  const [signed = '', ...rest] = text.trim().split('~');
  if (rest.pop() !== '') throw new NotVerified('This is not a whole receipt: it ends with a tilde.');
  const [head = '', body = '', signature = ''] = signed.split('.');
  const header = json(head, 'The header');
  if (header.alg !== 'Ed25519' || header.typ !== 'receipt+sd-jwt')
    throw new NotVerified('This is not a receipt of AI Manager.');
  const jwk = keys.find((key) => key.kid === header.kid && key.crv === 'Ed25519');
  if (!jwk) throw new NotVerified(`The keys have none with the id ${String(header.kid)}.`);
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  if (!verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url')))
    throw new NotVerified('The signature does not fit: the receipt was changed, or another key signed it.');
  const payload = json(body, 'The signed part') as Receipt['payload'] & { _sd: string[] };
  return { payload, kid: String(header.kid), ...disclosedBy(rest, payload._sd) };
}

function disclosedBy(disclosures: readonly string[], digests: readonly string[]) {
  const open = new Set(digests);
  const disclosed = new Map<string, unknown>();
  for (const text of disclosures) {
    if (!open.delete(sha256(text, 'base64url')))
      throw new NotVerified('A disclosure is not what was signed, or is there twice.');
    const [, name, value] = json(text, 'A disclosure') as unknown as [string, string, unknown];
    disclosed.set(name, value);
  }
  return { disclosed: Object.fromEntries(disclosed), hidden: open.size };
}

/** JSON with sorted members (RFC 8785), of entries: their values are strings, whole numbers and null. */
function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, part]) => `${JSON.stringify(name)}:${canonical(part)}`).join(',')}}`;
}

interface Entry {
  seq: number;
  previousHash: string;
  hash: string;
}

/**
 * Checks that an exported trail still has the entry that was its head when a receipt was issued, and that its entries
 * follow each other up to there.
 * @param lines of `entries.jsonl`
 * @returns how many entries were checked
 * @throws {NotVerified}
 */
export async function verifyTrail(
  { seq, hash }: TrailHead,
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<number> {
  let before: Entry | null = null;
  let checked = 0;
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const { previousHash, hash: own, ...covered } = JSON.parse(line) as Entry;
    if (before !== null && (covered.seq !== before.seq + 1 || previousHash !== before.hash))
      throw new NotVerified(`Entry ${covered.seq} does not follow entry ${before.seq}.`);
    const text = Buffer.concat([Buffer.from(previousHash, 'hex'), Buffer.from(canonical(covered))]);
    if (sha256(text, 'hex') !== own) throw new NotVerified(`Entry ${covered.seq} does not fit its hash.`);
    checked += 1;
    if (covered.seq === seq) {
      if (own === hash) return checked;
      throw new NotVerified(
        `Entry ${seq} is another one than when the receipt was issued: the trail was rewritten.`,
      );
    }
    before = { seq: covered.seq, previousHash, hash: own };
  }
  throw new NotVerified(
    `The trail does not have entry ${seq}: the export does not reach it, or it was cut off.`,
  );
}

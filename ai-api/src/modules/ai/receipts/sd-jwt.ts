import { createHash, randomBytes } from 'node:crypto';

/** The members of a signed payload that represent disclosures (RFC 9901, section 4). */
interface Digests {
  _sd_alg: 'sha-256';
  _sd: string[];
}

const encoded = (json: string) => Buffer.from(json).toString('base64url');
const digestOf = (json: string) => createHash('sha256').update(encoded(json), 'ascii').digest('base64url');

/**
 * Claims as disclosures: the JSON of `[salt, name, value]`. The salt of 128 bits keeps a digest from revealing whether a
 * guess at an erased value is right.
 */
export function disclosuresOf(claims: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(claims).map(([name, value]) =>
    JSON.stringify([randomBytes(16).toString('base64url'), name, value]),
  );
}

/** What is signed of disclosures, in an order that says nothing of theirs. */
export function digestsOf(disclosures: readonly string[]): Digests {
  return { _sd_alg: 'sha-256', _sd: disclosures.map(digestOf).sort() };
}

/**
 * The compact form: the signed part and each disclosure, ended by a tilde. A disclosure that is not what was signed any
 * more, because a person's name in it was erased, is left out.
 */
export function compact(signed: string, disclosures: readonly string[]): string {
  const [, payload = ''] = signed.split('.');
  const { _sd } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Digests;
  const digests = new Set(_sd);
  const unchanged = disclosures.filter((json) => digests.has(digestOf(json)));
  return `${[signed, ...unchanged.map(encoded)].join('~')}~`;
}

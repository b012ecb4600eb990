import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const FORM = /^v1\.([0-9a-f]{8})\.([A-Za-z0-9_-]+)$/;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts what the database keeps. */
export interface Sealer {
  /** `place` says whose secret it is; a sealed text that was moved to another place does not open. */
  seal(text: string, place: string): string;
  /** @throws when the text was changed or moved, or its key is not among ours */
  open(sealed: string, place: string): string;
}

/**
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce: `v1.<key id>.<base64url of nonce, tag, ciphertext>`.
 * @param keys 32 bytes each; the first seals, all of them open, so that keys can be changed
 */
export function createSealer(keys: readonly Buffer[]): Sealer {
  const known = new Map(keys.map((key) => [idOf(key), key]));
  const [current] = known;
  if (!current || keys.some((key) => key.length !== 32))
    throw new Error('A sealing key must be 32 bytes long');
  return {
    seal: (text, place) => {
      const [id, key] = current;
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(place));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return `v1.${id}.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')}`;
    },
    open: (sealed, place) => {
      const [, id = '', packed = ''] = FORM.exec(sealed) ?? [];
      const key = known.get(id);
      if (!key)
        throw new Error('A stored secret is sealed with a key that DATA_ENCRYPTION_KEY does not have');
      const bytes = Buffer.from(packed, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return (
        decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      );
    },
  };
}

function idOf(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}

/**
 * Keys as configuration gives them: base64 or hex, separated by commas.
 * @throws without telling the value
 */
export function parseKeys(list: string): Buffer[] {
  return list.split(',').map((text) => {
    const key = Buffer.from(text.trim(), /^[0-9a-f]{64}$/i.test(text.trim()) ? 'hex' : 'base64');
    if (key.length !== 32)
      throw new Error('each key must be 32 bytes, as 64 hex digits or 44 letters of base64');
    return key;
  });
}

import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { KeySet } from './verify.ts';

/** What is kept for the time without a network. */
export interface Cached {
  sessionId: string;
  token: string;
  isBorrowed: boolean;
  keys: KeySet;
  /** The latest time that the server has said, in milliseconds since the epoch. */
  serverTime: number;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * A file that only its owner reads, sealed with the fingerprint of the device: on another device, or changed by hand, it does
 * not open. It keeps honest people honest; the token inside is what proves anything.
 */
export function createCache(file: string | null, device: string) {
  const key = createHash('sha256').update(`ai-manager-licence cache ${device}`).digest();

  function seal(text: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
  }

  function open(sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  }

  return {
    /** Null when there is none that this device can open. */
    read: async (): Promise<Cached | null> => {
      if (file === null) return null;
      try {
        return JSON.parse(open(await readFile(file, 'utf8'))) as Cached;
      } catch {
        return null;
      }
    },
    write: async (cached: Cached): Promise<void> => {
      if (file === null) return;
      await mkdir(dirname(file), { recursive: true });
      const made = `${file}.${process.pid}`;
      await writeFile(made, seal(JSON.stringify(cached)), { mode: 0o600 });
      await rename(made, file);
    },
    clear: async (): Promise<void> => {
      if (file !== null) await rm(file, { force: true });
    },
  };
}

export type Cache = ReturnType<typeof createCache>;

import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Made at the first start and kept in a file that only its owner can read. */
export interface LocalSecrets {
  apiKey: string;
  sourcesKey: string;
  n8nEncryptionKey: string;
  n8nPassword: string;
  startKey: string;
  /** With which the people of the sample company sign in. */
  peoplePassword: string;
}

const token = (bytes: number) => randomBytes(bytes).toString('base64url');

/** The secrets of this installation; those that an earlier version did not have are added. */
export function localSecrets(directory: string): LocalSecrets {
  const file = join(directory, 'secrets.json');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const secrets: LocalSecrets = {
    apiKey: `aim_${randomBytes(4).toString('hex')}_${token(32)}`,
    sourcesKey: token(24),
    n8nEncryptionKey: token(32),
    n8nPassword: `Aim-${token(12)}-1`,
    startKey: token(24),
    peoplePassword: `Aim-${token(12)}-2`,
  };
  try {
    writeFileSync(file, JSON.stringify(secrets, null, 2), { flag: 'wx', mode: 0o600 });
    return secrets;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Partial<LocalSecrets>;
    const all = { ...secrets, ...kept };
    if (Object.keys(kept).length < Object.keys(all).length) writeFileSync(file, JSON.stringify(all, null, 2));
    return all;
  }
}

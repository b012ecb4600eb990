import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const directory = fileURLToPath(new URL('../../../node_modules/.cache/ai-manager/', import.meta.url));

/** An RSA-4096 key in PEM that only tests sign with. It takes seconds to make, so it is made once on a machine. */
export function testKeyFile(name = 'licence-key'): string {
  const file = `${directory}${name}.pem`;
  if (existsSync(file)) return file;
  mkdirSync(directory, { recursive: true });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 4096 });
  const made = `${file}.${process.pid}`;
  writeFileSync(made, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  renameSync(made, file);
  return file;
}

export const testKey = (name?: string): string => readFileSync(testKeyFile(name), 'utf8');

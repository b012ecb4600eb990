import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Something about a backup that a person can mend: one line, no stack. */
export class BackupError extends Error {
  override name = 'BackupError';
}

const head = z.object({ seq: z.number().int(), hash: z.string() });

const manifest = z.object({
  format: z.literal('ai-manager-backup-1'),
  createdAt: z.string(),
  database: z.object({
    driver: z.enum(['pglite', 'postgres']),
    file: z.string(),
    /** Role that the tables' policies name; null for the embedded database. */
    owner: z.string().nullable(),
  }),
  /** End of each company's audit trail before the database was read. */
  companies: z.array(z.object({ id: z.string(), name: z.string(), head })),
  objects: z.array(
    z.object({
      /** A backup of an earlier release has one only. */
      bucket: z.enum(['files', 'audit']).default('files'),
      key: z.string(),
      file: z.string(),
      contentType: z.string(),
      metadata: z.record(z.string(), z.string()),
    }),
  ),
  keys: z.array(z.string()),
  /** SHA-256 of every file of the backup. */
  files: z.record(z.string(), z.string()),
});

/** What a backup says about itself. */
export type Manifest = z.output<typeof manifest>;

const NAME = 'manifest.json';

/** Makes the backup's folder, which nobody else may read: it may hold keys. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) throw new BackupError(`${folder} is not empty.`);
  await mkdir(join(folder, 'objects'), { mode: 0o700 });
  await mkdir(join(folder, 'keys'), { mode: 0o700 });
}

/** Completes a backup: a folder without a manifest is none. */
export async function writeManifest(folder: string, told: Omit<Manifest, 'files' | 'format'>): Promise<void> {
  const names = [
    told.database.file,
    ...told.objects.map(({ file }) => file),
    ...told.keys.map((name) => join('keys', name)),
  ];
  const files: Record<string, string> = {};
  for (const name of names) files[name] = await digestOf(join(folder, name));
  const whole: Manifest = { format: 'ai-manager-backup-1', ...told, files };
  await writeFile(join(folder, NAME), `${JSON.stringify(whole, null, 2)}\n`, { mode: 0o600 });
}

/**
 * Reads a backup's manifest and checks each of its files.
 * @throws {BackupError} which names what is missing or altered
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, NAME), 'utf8').catch(() => {
    throw new BackupError(`${folder} is not a complete backup: ${NAME} is missing.`);
  });
  let read: Manifest;
  try {
    read = manifest.parse(JSON.parse(text));
  } catch {
    throw new BackupError(`This version cannot read the manifest of ${folder}.`);
  }
  for (const [name, digest] of Object.entries(read.files)) {
    const path = join(folder, name);
    if (!(await stat(path).catch(() => null))) throw new BackupError(`${path} is missing.`);
    if ((await digestOf(path)) !== digest) throw new BackupError(`${path} was altered after the backup.`);
  }
  return read;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

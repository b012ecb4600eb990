import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const stateSchema = z.object({
  apiKey: z.string().optional(),
  /** Of the last sign-in; n8n lets nobody sign in more than five times a minute. */
  cookie: z.string().optional(),
  /** Key of the digests below, so that they tell nothing about short secrets. */
  digestKey: z.string().default(() => randomBytes(32).toString('hex')),
  /** By credential id: what was written last, and when n8n says it changed. */
  credentials: z.record(z.string(), z.object({ digest: z.string(), updatedAt: z.string() })).default({}),
});

/** What a bootstrap remembers between runs about one n8n. The file holds secrets: mode 600. */
export type BootstrapState = z.infer<typeof stateSchema>;

/** The remembered state; an empty one when the file is missing or unreadable. */
export function readState(file: string): BootstrapState {
  let stored: unknown = {};
  try {
    stored = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    stored = {};
  }
  const parsed = stateSchema.safeParse(stored);
  return parsed.success ? parsed.data : stateSchema.parse({});
}

/** Writes `changes` over the remembered state, all or nothing. */
export function updateState(file: string, changes: Partial<BootstrapState>): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, JSON.stringify({ ...readState(file), ...changes }, null, 2), { mode: 0o600 });
  renameSync(temporary, file);
}

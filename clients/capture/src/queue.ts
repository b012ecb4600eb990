import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivate } from './files.ts';

/** A part of a conversation that waits to be sent: the body of `POST /conversations`. */
export interface Queued {
  name: string;
  body: string;
}

/** More than this is not queued: the API has then been away for very long. */
const MAX_QUEUE_BYTES = 1024 * 1024 * 1024;

/** Parts on disk, in the order in which they were added. Those that the API refuses are set aside. */
export function openQueue(folder: string) {
  const waiting = join(folder, 'queue');
  const refused = join(folder, 'refused');
  const names = (directory: string) => {
    try {
      return readdirSync(directory)
        .filter((name) => name.endsWith('.json'))
        .sort();
    } catch {
      return [];
    }
  };
  const sizeOf = (directory: string) =>
    names(directory).reduce(
      (sum, name) => sum + (statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
  let bytes = sizeOf(waiting);
  let sequence = 0;
  return {
    /** Returns false when the queue is full. */
    add(body: string): boolean {
      if (bytes + body.length > MAX_QUEUE_BYTES) return false;
      const order = `${Date.now().toString(36).padStart(10, '0')}-${String(sequence++).padStart(6, '0')}`;
      const digest = createHash('sha256').update(body).digest('hex').slice(0, 12);
      writePrivate(join(waiting, `${order}-${digest}.json`), body);
      bytes += body.length;
      return true;
    },
    *all(): Generator<Queued> {
      for (const name of names(waiting)) yield { name, body: readFileSync(join(waiting, name), 'utf8') };
    },
    remove(name: string): void {
      rmSync(join(waiting, name), { force: true });
    },
    setAside(name: string): void {
      mkdirSync(refused, { recursive: true, mode: 0o700 });
      renameSync(join(waiting, name), join(refused, name));
    },
    counts: () => ({
      waiting: names(waiting).length,
      refused: names(refused).length,
      bytes: sizeOf(waiting),
    }),
  };
}

export type Queue = ReturnType<typeof openQueue>;

import { Worker } from 'node:worker_threads';
import type { Passage } from '../passages.ts';
import { type Extracted, UnreadableFile } from './block.ts';
import type { ContentType } from './format.ts';

export { UnreadableFile } from './block.ts';
export { type ContentType, contentTypeOf } from './format.ts';
export type { Unread } from './unread.ts';

/** A document as it is searched. */
export interface Read extends Omit<Extracted, 'blocks'> {
  passages: Passage[];
}

export interface ExtractTask {
  body: Uint8Array;
  contentType: ContentType;
}

const TIMEOUT_MS = 60_000;
const MEMORY_MB = 512;
/** Beside the heap: what a file unpacks to, which the limit of the heap does not see. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;
const LOOK_MS = 100;

/**
 * Reads a document into passages in a thread of its own, with limits of time and memory: a file that is malformed or
 * made to do harm ends there, and a long one does not hold up the requests of others.
 * @param mostUnpacked bytes outside of the heap
 * @throws {UnreadableFile} with the reason for the uploader; the reason of `signal`
 */
export function extract(
  task: ExtractTask,
  signal?: AbortSignal,
  mostUnpacked = MAX_UNPACKED_BYTES,
): Promise<Read> {
  signal?.throwIfAborted();
  return new Promise<Read>((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    const timer = setTimeout(() => {
      end(() => reject(new UnreadableFile('It takes too long to read.')));
    }, TIMEOUT_MS);
    const look = setInterval(async () => {
      const known = await worker.getHeapStatistics().catch(() => null);
      if (known && known.external_memory > mostUnpacked) {
        end(() => reject(new UnreadableFile('It is too large when unpacked.')));
      }
    }, LOOK_MS);
    const aborted = () => end(() => reject(signal?.reason));
    const end = (settle: () => void) => {
      clearTimeout(timer);
      clearInterval(look);
      signal?.removeEventListener('abort', aborted);
      settle();
      void worker.terminate();
    };
    signal?.addEventListener('abort', aborted);
    worker.once('message', (message: { read: Read } | { unreadable: string }) =>
      end(() => {
        if ('read' in message) resolve(message.read);
        else reject(new UnreadableFile(message.unreadable));
      }),
    );
    worker.once('error', (error) => end(() => reject(new UnreadableFile('It cannot be read.', error))));
  });
}

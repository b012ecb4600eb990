import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { syncDirectory, writeDurably } from '../objects/durable-file.ts';
import { isMissing } from '../objects/object-file.ts';
import { createInboxIndex, type InboxIndex, type MessagePage, type MessageQuery } from './inbox-index.ts';
import { type Envelope, envelopeLines, type MessageSummary, summarize } from './inbox-message.ts';

/** Mails as `{id}.eml` files, and what the list needs of them in memory. */
export interface InboxStore {
  readonly size: number;
  /** Resolves with the id once the mail survives the death of the process. Throws what the mail or the disk throws. */
  add(envelope: Envelope, mail: AsyncIterable<Uint8Array>): Promise<string>;
  list(query?: MessageQuery): MessagePage;
  /** The mail as it came, behind its envelope lines; null when there is none with this id. */
  read(id: string): Promise<{ summary: MessageSummary; source: Buffer } | null>;
  /** Deletes every mail there is, and says how many that were. */
  clear(): Promise<number>;
  /** Waits for mails that are being written. */
  close(): Promise<void>;
}

const HEAD_BYTES = 256 * 1024;
const PARALLEL_FILES = 16;
const MAIL_FILE = /^([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})\.eml$/;
const TEMPORARY_FILE = /^\.[0-9a-f-]{36}\.tmp$/;

/** Opens the directory, which one inbox at a time may use, and reads the heads of the mails in it. */
export async function openInboxStore(directory: string): Promise<InboxStore> {
  await mkdir(directory, { recursive: true });
  const index = createInboxIndex(await load(directory));
  const writing = new Set<Promise<unknown>>();
  return {
    get size() {
      return index.size;
    },
    async add(envelope, mail) {
      const adding = add(directory, index, envelope, mail);
      writing.add(adding);
      try {
        return await adding;
      } finally {
        writing.delete(adding);
      }
    },
    list: index.list,
    async read(id) {
      const summary = index.get(id);
      if (!summary) return null;
      try {
        return { summary, source: await readFile(join(directory, `${id}.eml`)) };
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    async clear() {
      const ids = index.clear();
      await inParallel(ids, (id) => rm(join(directory, `${id}.eml`), { force: true }));
      await syncDirectory(directory);
      return ids.length;
    },
    async close() {
      await Promise.allSettled(writing);
    },
  };
}

async function add(
  directory: string,
  index: InboxIndex,
  envelope: Envelope,
  mail: AsyncIterable<Uint8Array>,
): Promise<string> {
  const id = uuidv7();
  const head: Uint8Array[] = [];
  let size = 0;
  async function* lines(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(envelopeLines(envelope));
    yield* mail;
  }
  async function* observed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of lines()) {
      if (size < HEAD_BYTES) head.push(chunk.subarray(0, HEAD_BYTES - size));
      size += chunk.length;
      yield chunk;
    }
  }
  await writeDurably(join(directory, `${id}.eml`), join(directory, `.${id}.tmp`), observed());
  index.add(await summarize(id, Buffer.concat(head), size));
  return id;
}

async function load(directory: string): Promise<MessageSummary[]> {
  const names = await readdir(directory);
  await inParallel(
    names.filter((name) => TEMPORARY_FILE.test(name)),
    (name) => rm(join(directory, name), { force: true }),
  );
  const ids = names.flatMap((name) => MAIL_FILE.exec(name)?.[1] ?? []);
  return inParallel(ids, (id) => readSummary(directory, id));
}

async function readSummary(directory: string, id: string): Promise<MessageSummary> {
  const file = await open(join(directory, `${id}.eml`), 'r');
  try {
    const { size } = await file.stat();
    const length = Math.min(size, HEAD_BYTES);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, 0);
    return await summarize(id, buffer.subarray(0, bytesRead), size);
  } finally {
    await file.close();
  }
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.values();
  const lane = async () => {
    for (const item of queue) results.push(await work(item));
  };
  await Promise.all(Array.from({ length: PARALLEL_FILES }, lane));
  return results;
}

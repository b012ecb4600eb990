import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { syncDirectory, writeDurably, writeSynced } from './durable-file.ts';
import { directoryName, objectName, spelledOutName, TEMPORARY_DIRECTORY } from './file-names.ts';
import { listKeys } from './list-keys.ts';
import { isMissing, objectFile, openObject, readObjectHead } from './object-file.ts';
import type {
  ListOptions,
  ListPage,
  ObjectHead,
  ObjectStore,
  PutOptions,
  SignOptions,
  StoredObject,
} from './object-store.ts';
import {
  checkSigningKey,
  type SignedUrlVerdict,
  type SigningKey,
  signUrl,
  verifySignedUrl,
} from './signed-url.ts';
import { checkKey, checkListOptions, checkPutOptions, encodeCursor } from './validation.ts';
import { WorkUnderWay } from './work-under-way.ts';

const STALE_TEMPORARY_MS = 24 * 60 * 60 * 1000;
const PLACING_ATTEMPTS = 10;

export interface FilesystemObjectOptions {
  /** Created when absent. Several processes may share it. */
  directory: string;
  signingKey: SigningKey;
  /** Where `/objects/` is served, for example `https://api.example.com`. */
  publicUrl: string;
  /** By which signed URLs expire. */
  now: () => Date;
}

export interface FilesystemObjects extends ObjectStore {
  readonly driver: 'filesystem';
  /** Verdict on a URL (absolute, or from its path on) that came with a request of this method. */
  verifySignedUrl(url: string, method: string): SignedUrlVerdict;
}

/** Opens the object store on a local directory; throws when the directory or the signing key cannot be used. */
export function openFilesystemObjects(options: FilesystemObjectOptions): FilesystemObjects {
  checkSigningKey(options.signingKey);
  const root = resolve(options.directory);
  const temporary = join(root, TEMPORARY_DIRECTORY);
  mkdirSync(temporary, { recursive: true });
  removeStale(temporary);
  return new FilesystemObjectStore(root, options);
}

class FilesystemObjectStore implements FilesystemObjects {
  readonly driver = 'filesystem';
  readonly #root: string;
  readonly #options: FilesystemObjectOptions;
  readonly #work = new WorkUnderWay();

  constructor(root: string, options: FilesystemObjectOptions) {
    this.#root = root;
    this.#options = options;
  }

  async put(key: string, body: Uint8Array | Readable, options: PutOptions = {}): Promise<void> {
    const path = this.#path(key);
    const head = checkPutOptions(options);
    await this.#work.track(async () => {
      const temporary = this.#temporary();
      await writeSynced(temporary, objectFile(head, body));
      try {
        await this.#place(temporary, path, key);
      } finally {
        await rm(temporary, { force: true });
      }
      await this.#syncUpwards(dirname(path));
    });
  }

  async get(key: string): Promise<StoredObject | null> {
    const path = this.#path(key);
    return this.#work.track(() => openObject(path));
  }

  async head(key: string): Promise<ObjectHead | null> {
    const path = this.#path(key);
    return this.#work.track(() => readObjectHead(path));
  }

  async delete(key: string): Promise<void> {
    const path = this.#path(key);
    await this.#work.track(async () => {
      try {
        await rm(path);
      } catch (error) {
        if (isMissing(error)) return;
        throw error;
      }
      await this.#pruneUpwards(dirname(path));
    });
  }

  async list(prefix: string, options: ListOptions = {}): Promise<ListPage> {
    const { after, limit } = checkListOptions(options);
    return this.#work.track(async () => {
      const keys: string[] = [];
      for await (const key of listKeys(this.#root, { prefix, after })) {
        if (keys.length === limit) return { keys, nextCursor: encodeCursor(keys.at(-1) ?? '') };
        keys.push(key);
      }
      return { keys, nextCursor: null };
    });
  }

  async signedUrl(key: string, options: SignOptions): Promise<string> {
    const { publicUrl, signingKey, now } = this.#options;
    return signUrl(key, { ...options, publicUrl, signingKey, now });
  }

  verifySignedUrl(url: string, method: string): SignedUrlVerdict {
    const { signingKey, now } = this.#options;
    return verifySignedUrl(url, { method, signingKey, now });
  }

  async close(): Promise<void> {
    await this.#work.close();
  }

  #path(key: string): string {
    const segments = checkKey(key).split('/');
    const last = segments.pop() ?? '';
    return join(this.#root, ...segments.map(directoryName), objectName(last));
  }

  #temporary(): string {
    return join(this.#root, TEMPORARY_DIRECTORY, randomUUID());
  }

  /** Retries because a concurrent delete may prune the directory between its creation and the rename. */
  async #place(temporary: string, path: string, key: string): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await mkdir(dirname(path), { recursive: true });
        await this.#spellOut(key);
        await rename(temporary, path);
        return;
      } catch (error) {
        if (!isMissing(error) || attempt === PLACING_ATTEMPTS) throw error;
      }
    }
  }

  async #spellOut(key: string): Promise<void> {
    let parent = this.#root;
    for (const segment of key.split('/')) {
      const name = spelledOutName(segment);
      if (name) await writeDurably(join(parent, name), this.#temporary(), [Buffer.from(segment)]);
      parent = join(parent, directoryName(segment));
    }
  }

  /** Up to and with the parent of the root, whose entry may be as new as the object's. */
  async #syncUpwards(from: string): Promise<void> {
    const last = dirname(this.#root);
    for (let path = from; path.length >= last.length && path !== dirname(path); path = dirname(path)) {
      try {
        await syncDirectory(path);
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    }
  }

  async #pruneUpwards(from: string): Promise<void> {
    let path = from;
    while (path !== this.#root) {
      try {
        await rmdir(path);
      } catch {
        break;
      }
      path = dirname(path);
    }
    await this.#syncUpwards(path);
  }
}

/** Leftovers of killed processes; a day is longer than any upload that another process may have under way. */
function removeStale(directory: string): void {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - modified > STALE_TEMPORARY_MS) rmSync(path, { force: true });
  }
}

import type { Readable } from 'node:stream';

/** What is stored beside a body. Names are `[a-z0-9-]{1,64}`, values printable ASCII, 2048 bytes in all. */
export type ObjectMetadata = Readonly<Record<string, string>>;

export interface ObjectHead {
  /** Bytes of the body. */
  size: number;
  contentType: string;
  metadata: ObjectMetadata;
}

/** `body` holds an open file or connection: read it to its end, or destroy it. */
export interface StoredObject extends ObjectHead {
  body: Readable;
}

export interface PutOptions {
  /** `application/octet-stream` when absent. */
  contentType?: string;
  metadata?: ObjectMetadata;
}

export interface ListOptions {
  /** `nextCursor` of the page before; opaque. */
  cursor?: string;
  /** Keys per page, 1 to 1000; 1000 when absent. */
  limit?: number;
}

export interface ListPage {
  /** In the order of their UTF-8 bytes. */
  keys: string[];
  /** Null on the last page. */
  nextCursor: string | null;
}

export type SignedMethod = 'GET' | 'PUT';

export interface SignOptions {
  method: SignedMethod;
  /** Whole seconds, 1 to 604800 (7 days, the most that S3 grants). */
  expiresInSeconds: number;
}

/**
 * Bodies by key. A key is a path of segments joined by `/`, see {@link checkKey}; every method throws
 * {@link InvalidObjectInput} for a bad key or option, and any other error is the storage's own.
 * A `put` or `delete` that resolved survives the death of the process, and readers see an object whole,
 * body and metadata of one `put`, or not at all.
 */
export interface ObjectStore {
  readonly driver: string;
  /** Stores or replaces. A stream that fails midway rejects and leaves what was there before. */
  put(key: string, body: Uint8Array | Readable, options?: PutOptions): Promise<void>;
  get(key: string): Promise<StoredObject | null>;
  head(key: string): Promise<ObjectHead | null>;
  /** Deleting what is absent succeeds. */
  delete(key: string): Promise<void>;
  /** Keys that start with `prefix`, which need not end at a segment. */
  list(prefix: string, options?: ListOptions): Promise<ListPage>;
  /** URL that lets its holder read (GET, HEAD) or write (PUT) this one key until it expires. */
  signedUrl(key: string, options: SignOptions): Promise<string>;
  /** Waits for what is under way; the store takes nothing afterwards. */
  close(): Promise<void>;
}

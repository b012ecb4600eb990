import { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type {
  ListOptions,
  ListPage,
  ObjectHead,
  ObjectStore,
  PutOptions,
  SignOptions,
  StoredObject,
} from './object-store.ts';
import { readMetadata, writeMetadata } from './s3-metadata.ts';
import { checkKey, checkListOptions, checkPutOptions, checkSignOptions, encodeCursor } from './validation.ts';
import { WorkUnderWay } from './work-under-way.ts';

const ATTEMPTS = 3;
const CONNECT_MS = 5_000;
const ANSWER_MS = 60_000;

export interface S3Options {
  bucket: string;
  /** Defaults to the SDK's own (`AWS_REGION`). */
  region: string | undefined;
  /** A server that speaks S3; addressed by path. Defaults to AWS. */
  endpoint: string | undefined;
  /** Defaults to the SDK's usual places. */
  credentials?: S3ClientConfig['credentials'];
}

/**
 * Opens the object store in an S3 bucket, which must exist and should be versioned and sealed by its own
 * settings. Nothing is sent yet. Signed GET URLs make a browser save what they lead to, never render it.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
export function openS3Objects({ bucket, region, endpoint, credentials }: S3Options): ObjectStore {
  const client = new S3Client({
    ...(region ? { region } : {}),
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    ...(credentials ? { credentials } : {}),
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS },
    // A checksum in a signed URL would be that of an empty body; other servers do not know them.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return new S3ObjectStore(client, bucket);
}

class S3ObjectStore implements ObjectStore {
  readonly driver = 's3';
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #work = new WorkUnderWay();

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async put(key: string, body: Uint8Array | Readable, options: PutOptions = {}): Promise<void> {
    const { contentType, metadata } = checkPutOptions(options);
    const object = {
      ...this.#at(key),
      Body: body,
      ContentType: contentType,
      Metadata: writeMetadata(metadata),
    };
    await this.#work.track(async () => {
      if (body instanceof Uint8Array) await this.#client.send(new PutObjectCommand(object));
      // In parts, for a stream's length is not known; a stream that fails leaves no part behind.
      else await new Upload({ client: this.#client, params: object, queueSize: 2 }).done();
    });
  }

  async get(key: string): Promise<StoredObject | null> {
    const at = this.#at(key);
    return this.#work.track(async () => {
      const answer = await orNull(this.#client.send(new GetObjectCommand(at)));
      return answer && { ...headOf(answer), body: answer.Body as Readable };
    });
  }

  async head(key: string): Promise<ObjectHead | null> {
    const at = this.#at(key);
    return this.#work.track(async () => {
      const answer = await orNull(this.#client.send(new HeadObjectCommand(at)));
      return answer && headOf(answer);
    });
  }

  async delete(key: string): Promise<void> {
    const at = this.#at(key);
    await this.#work.track(() => this.#client.send(new DeleteObjectCommand(at)));
  }

  async list(prefix: string, options: ListOptions = {}): Promise<ListPage> {
    const { after, limit } = checkListOptions(options);
    const command = new ListObjectsV2Command({
      Bucket: this.#bucket,
      Prefix: prefix,
      MaxKeys: limit,
      // XML cannot carry every key as it is.
      EncodingType: 'url',
      ...(after === '' ? {} : { StartAfter: after }),
    });
    return this.#work.track(async () => {
      const { Contents = [], IsTruncated } = await this.#client.send(command);
      const keys = Contents.map(({ Key = '' }) => decodeURIComponent(Key.replaceAll('+', ' ')));
      const last = keys.at(-1);
      return { keys, nextCursor: IsTruncated && last !== undefined ? encodeCursor(last) : null };
    });
  }

  async signedUrl(key: string, options: SignOptions): Promise<string> {
    const at = this.#at(key);
    checkSignOptions(options);
    const command =
      options.method === 'PUT'
        ? new PutObjectCommand(at)
        : new GetObjectCommand({ ...at, ResponseContentDisposition: disposition(key) });
    return getSignedUrl(this.#client, command, { expiresIn: options.expiresInSeconds });
  }

  async close(): Promise<void> {
    await this.#work.close();
    this.#client.destroy();
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: checkKey(key) };
  }
}

interface Answered {
  ContentLength?: number | undefined;
  ContentType?: string | undefined;
  Metadata?: Record<string, string> | undefined;
}

function headOf({ ContentLength = 0, ContentType, Metadata = {} }: Answered): ObjectHead {
  return {
    size: ContentLength,
    contentType: ContentType ?? 'application/octet-stream',
    metadata: readMetadata(Metadata),
  };
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    const { name } = (error ?? {}) as { name?: string };
    if (name === 'NoSuchKey' || name === 'NotFound') return null;
    throw error;
  }
}

function disposition(key: string): string {
  const name = Buffer.from(key.slice(key.lastIndexOf('/') + 1)).toString();
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename*=UTF-8''${encoded}`;
}

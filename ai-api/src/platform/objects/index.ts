import { join } from 'node:path';
import { type FilesystemObjectOptions, type FilesystemObjects, openFilesystemObjects } from './filesystem.ts';
import type { ObjectStore } from './object-store.ts';

export type { ObjectStore } from './object-store.ts';
export { serveSignedObjects } from './serve-signed.ts';

interface BucketSettings {
  /** S3 bucket of what people upload. Defaults to files. */
  bucket: string | undefined;
  /** S3 bucket of exports and reports. Defaults to the other one. */
  auditBucket: string | undefined;
  region: string | undefined;
  endpoint: string | undefined;
  /** Asked for only where objects are files. */
  files(): Promise<Omit<FilesystemObjectOptions, 'directory'> & { parent: string }>;
}

/** The two places of objects, which are one where only one bucket is configured. */
export interface Buckets {
  objects: ObjectStore;
  auditObjects: ObjectStore;
}

/** The object stores that the settings name. The AWS SDK is loaded only for a bucket. */
export async function openBuckets({
  bucket,
  auditBucket,
  region,
  endpoint,
  files,
}: BucketSettings): Promise<Buckets> {
  if (bucket) {
    const { openS3Objects } = await import('./s3.ts');
    const objects = openS3Objects({ bucket, region, endpoint });
    const auditObjects = auditBucket ? openS3Objects({ bucket: auditBucket, region, endpoint }) : objects;
    return { objects, auditObjects };
  }
  const { parent, ...options } = await files();
  return {
    objects: openFilesystemObjects({ ...options, directory: join(parent, 'objects') }),
    auditObjects: openFilesystemObjects({ ...options, directory: join(parent, 'audit-objects') }),
  };
}

/** Whether this process serves the signed URLs of its objects itself; S3 serves its own. */
export function servesItself(store: ObjectStore): store is FilesystemObjects {
  return store.driver === 'filesystem';
}

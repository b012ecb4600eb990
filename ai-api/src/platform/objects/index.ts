import { type FilesystemObjectOptions, type FilesystemObjects, openFilesystemObjects } from './filesystem.ts';
import type { ObjectStore } from './object-store.ts';

export type { ObjectStore } from './object-store.ts';
export { serveSignedObjects } from './serve-signed.ts';

interface ObjectSettings {
  /** S3 bucket. Defaults to files. */
  bucket: string | undefined;
  region: string | undefined;
  endpoint: string | undefined;
  /** Asked for only where objects are files. */
  files(): Promise<FilesystemObjectOptions>;
}

/** The object store that the settings name. The AWS SDK is loaded only for a bucket. */
export async function openObjects({ bucket, region, endpoint, files }: ObjectSettings): Promise<ObjectStore> {
  if (!bucket) return openFilesystemObjects(await files());
  const { openS3Objects } = await import('./s3.ts');
  return openS3Objects({ bucket, region, endpoint });
}

/** Whether this process serves the signed URLs of its objects itself; S3 serves its own. */
export function servesItself(store: ObjectStore): store is FilesystemObjects {
  return store.driver === 'filesystem';
}

export { type FilesystemObjectOptions, type FilesystemObjects, openFilesystemObjects } from './filesystem.ts';
export type {
  ListOptions,
  ListPage,
  ObjectHead,
  ObjectMetadata,
  ObjectStore,
  PutOptions,
  SignedMethod,
  SignOptions,
  StoredObject,
} from './object-store.ts';
export { serveSignedObjects } from './serve-signed.ts';
export { type SignedUrlVerdict, type SigningKey, verifySignedUrl } from './signed-url.ts';
export { InvalidObjectInput } from './validation.ts';

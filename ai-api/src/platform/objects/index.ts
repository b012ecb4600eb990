export { openFilesystemObjects } from './filesystem.ts';
export type { ObjectStore } from './object-store.ts';
export { serveSignedObjects } from './serve-signed.ts';

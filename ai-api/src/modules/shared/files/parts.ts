import type { Logger } from 'pino';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { ObjectStore } from '../../../platform/objects/index.ts';
import type { Scanner } from '../../../platform/scanner/index.ts';
import type { Events } from '../events/index.ts';
import type { Plans } from '../plans/index.ts';
import type { Links } from './links.ts';
import type { AtFilePoint } from './points.ts';
import type { FileRecord, VersionRecord } from './store.ts';

/** What every part of the service is built of. */
export interface Parts {
  database: Database;
  jobs: Jobs;
  events: Events;
  /** The object store of a bucket. */
  bucket(name: FileRecord['bucket']): ObjectStore;
  scanner: Scanner;
  links: Links;
  consumers: Map<FileRecord['origin'], Consumer>;
  /** Where files are kept while they are inspected. */
  directory: string;
  /** Refuses what the plan of the company has no room for. */
  requireRoom: Plans['requireRoom'];
  /** Largest file of the installation. */
  maxBytes: number;
  /** Hours after which an unfinished upload is discarded. */
  uploadHours: number;
  scanConcurrency: number;
  atPoint: AtFilePoint;
  now(): Date;
  log: Logger;
}

/** What a module does with its own files, in the transaction that changes their state. */
export interface Consumer {
  ready(transaction: TenantTransaction, file: FileRecord, version: VersionRecord): Promise<void>;
  /** It will not become ready by itself: it is in quarantine, refused, or could not be scanned. */
  refused(transaction: TenantTransaction, file: FileRecord, version: VersionRecord): Promise<void>;
}

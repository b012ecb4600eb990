import { join } from 'node:path';
import express, { type RequestHandler, type Router } from 'express';
import type { Logger } from 'pino';
import type { Config } from '../../../config/index.ts';
import { connectionGate } from '../../../http/limits/connection-gate.ts';
import type { RequestPolicies } from '../../../http/request-policies.ts';
import { type Served, serve } from '../../../http/router.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { ObjectStore } from '../../../platform/objects/index.ts';
import type { PersonalData } from '../../../platform/personal-data.ts';
import type { Scanner } from '../../../platform/scanner/index.ts';
import type { Events } from '../events/index.ts';
import type { Identity } from '../identity/index.ts';
import type { People } from '../people/index.ts';
import type { Plans } from '../plans/index.ts';
import { file } from './contract.ts';
import { prepareWorkspace } from './inspect/workspace.ts';
import { createLinks } from './links.ts';
import { createOwnFiles } from './own.ts';
import type { Parts } from './parts.ts';
import { personalDataOf } from './personal-data.ts';
import type { AtFilePoint } from './points.ts';
import { definePurge } from './purge.ts';
import { usedBytes } from './receive.ts';
import { serveContent } from './serve.ts';
import { createFileOperations } from './service.ts';
import { defineInspection } from './settle.ts';
import { createSharing } from './sharing.ts';
import { usageByCategory } from './store.ts';
import { defineSweep, sweepTenant } from './sweep.ts';
import { serveUploads } from './tus/index.ts';
import { createVersionOperations } from './versions.ts';

export type { AtFilePoint, FilePoint } from './points.ts';
export type { FileRecord, VersionRecord } from './store.ts';

interface Needs {
  database: Database;
  jobs: Jobs;
  events: Events;
  objects: ObjectStore;
  auditObjects: ObjectStore;
  scanner: Scanner;
  identity: Identity;
  people: Pick<People, 'findBuilder'>;
  plans: Plans;
  requestPolicies: RequestPolicies;
  secrets: readonly Buffer[];
  publicUrl: string;
  clock: Clock;
  log: Logger;
  config: Pick<Config, 'DATA_DIR' | 'FILE_MAX_MB' | 'FILE_UPLOAD_HOURS' | 'FILE_SCAN_CONCURRENCY'>;
  atFilePoint: AtFilePoint;
}

export type Files = ReturnType<typeof create>;

/** Files: received in pieces or at once, inspected, kept by version, downloaded by link. */
export function create(needs: Needs) {
  const { identity, people, requestPolicies, publicUrl } = needs;
  const parts = partsOf(needs);
  needs.plans.measure('storage', async (transaction) => usedBytes(await usageByCategory(transaction)));
  defineInspection(parts);
  definePurge(parts);
  defineSweep(parts, () => identity.tenantIds());
  const fileOperations = createFileOperations(parts);
  const gate = connectionGate(identity.authenticate, requestPolicies.limiter);
  return {
    ...createOwnFiles(parts),
    operations: fileOperations,
    versions: createVersionOperations(parts, fileOperations.describeOne),
    sharing: createSharing(parts, async (transaction, userId) =>
      (await identity.users.names(transaction, [userId])).has(userId),
    ),
    /** Discards what a company's uploads left behind; a job does it every hour. */
    sweep: (tenantId: string): Promise<number> => sweepTenant(parts, tenantId),
    persons: personalDataOf(parts, people),
    routes: (anonymous: RequestHandler): Router =>
      express
        .Router()
        .use(serveContent(parts, anonymous))
        .use(serveUploads(parts, gate, publicUrl)),
  };
}

function partsOf(needs: Needs): Parts {
  const { database, jobs, events, objects, auditObjects, scanner, secrets, publicUrl, clock, log, config } =
    needs;
  const now = () => clock.now();
  const directory = join(config.DATA_DIR, 'inspected');
  prepareWorkspace(directory, Date.now());
  return {
    database,
    jobs,
    events,
    bucket: (name) => (name === 'audit' ? auditObjects : objects),
    scanner,
    links: createLinks(secrets, publicUrl, now),
    consumers: new Map(),
    directory,
    requireRoom: needs.plans.requireRoom,
    maxBytes: config.FILE_MAX_MB * 1024 * 1024,
    uploadHours: config.FILE_UPLOAD_HOURS,
    scanConcurrency: config.FILE_SCAN_CONCURRENCY,
    atPoint: needs.atFilePoint,
    now,
    log,
  };
}

/** Downloads by link, and resumable uploads. */
export function routes(service: Files, anonymous: RequestHandler): Router {
  return service.routes(anonymous);
}

/** What is held about people: files about them, and who uploaded what. */
export function personalData({ persons }: Files): PersonalData {
  return persons;
}

/** The operations of this module. */
export function operations({ operations: files, versions, sharing }: Files): Served[] {
  return [
    serve(file, {
      list: ({ cursor, limit, ...filter }, request) => files.list(request, filter, { cursor, limit }),
      upload: (input, request) => files.upload(request, input),
      get: ({ fileId }, request) => files.get(request, fileId),
      link: (input, request) => files.link(request, input),
      restore: (input, request) => versions.restore(request, input),
      share: (input, request) => sharing.share(request, input),
      unshare: (input, request) => sharing.unshare(request, input),
      delete: ({ fileId }, request) => files.delete(request, fileId),
      held: ({ state, underWay, ...page }, { caller }) =>
        versions.held(caller.tenantId, { state, underWay }, page),
      release: (input, request) => versions.release(request, input),
      rescan: (input, request) => versions.rescan(request, input),
      getSettings: (_input, { caller }) => files.getSettings(caller.tenantId),
      setSettings: (input, request) => files.setSettings(request, input),
    }),
  ];
}

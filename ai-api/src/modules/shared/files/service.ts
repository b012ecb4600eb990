import { z } from 'zod';
import type { RequestContext } from '../../../http/caller.ts';
import { listPage, type Page } from '../../../http/cursor.ts';
import { notFound } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { actorOf, record } from '../audit/index.ts';
import { accessTo, audienceOf, requireFile, requireOwnVersions } from './access.ts';
import { type FileFilter, listFiles } from './list-store.ts';
import type { Parts } from './parts.ts';
import { permissionsOf } from './permission-store.ts';
import { deleteFile } from './purge.ts';
import { attach, refuseClaim, storeBytes, uploadTarget, usedBytes } from './receive.ts';
import { notReady } from './serve.ts';
import {
  type FileRecord,
  findFile,
  findVersion,
  newestOf,
  readSettings,
  type SettingsRecord,
  scansOf,
  usageByCategory,
  versionsOf,
  writeSettings,
} from './store.ts';
import { fileView, permissionView, versionView } from './views.ts';
import type { UPLOADED } from './vocabulary.ts';

const MB = 1024 * 1024;

interface Upload {
  fileId?: string | undefined;
  name: string;
  category: (typeof UPLOADED)[number];
  contentType: string;
  base64: string;
  comment?: string | undefined;
}

/** What people do with files of their own. */
export function createFileOperations(parts: Parts) {
  const { database, links, now, maxBytes, scanner } = parts;

  const describe = async (transaction: TenantTransaction, rows: readonly FileRecord[]) => {
    const newest = await newestOf(
      transaction,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => fileView(row, newest.get(row.id)));
  };

  const describeOne = async (transaction: TenantTransaction, fileId: string) => {
    const row = await findFile(transaction, fileId);
    if (!row) throw notFound('file', fileId);
    return (await describe(transaction, [row]))[0] as ReturnType<typeof fileView>;
  };

  const settingsView = async (transaction: TenantTransaction, row: SettingsRecord) => {
    const usage = await usageByCategory(transaction);
    const inMb = (bytes: number) => Math.round((100 * bytes) / MB) / 100;
    return {
      quotaMb: inMb(row.quota_bytes),
      usedMb: inMb(usedBytes(usage)),
      requireScan: row.require_scan,
      refusedDays: row.refused_days,
      scanner: scanner.driver,
      maxMb: inMb(maxBytes),
      usage: usage.map(({ category, versions, bytes }) => ({ category, versions, mb: inMb(bytes) })),
    };
  };

  return {
    describeOne,

    list: ({ caller }: RequestContext, filter: FileFilter, page: Page) =>
      database.withTenant(caller.tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listFiles(transaction, filter, audienceOf(caller, now()), before, limit),
          key: ({ id }) => id,
          describe: (rows) => describe(transaction, rows),
        }),
      ),

    get: ({ caller }: RequestContext, fileId: string) =>
      database.withTenant(caller.tenantId, async (transaction) => {
        const file = await requireFile(transaction, caller, fileId, 'look', { now: now() });
        const access = await accessTo(transaction, caller, file, now());
        const versions = await versionsOf(transaction, fileId);
        const scans = await scansOf(
          transaction,
          versions.map(({ id }) => id),
        );
        return {
          ...(await describeOne(transaction, fileId)),
          access: access as Exclude<typeof access, 'none'>,
          versions: versions.map((version) => versionView(version, scans)),
          permissions:
            access === 'own' ? (await permissionsOf(transaction, fileId, now())).map(permissionView) : [],
        };
      }),

    upload: async (request: RequestContext, given: Upload) => {
      const { caller } = request;
      const { tenantId } = caller;
      const actor = actorOf(request);
      const { base64, ...claim } = given;
      const body = Buffer.from(base64, 'base64');
      const targetIn = async (transaction: TenantTransaction) => {
        const target = await uploadTarget(transaction, caller, { ...claim, origin: 'upload' }, now());
        refuseClaim(parts, target, body.length, 'base64');
        return target;
      };
      // Before its bytes are stored, and again under the lock that orders the versions of a file.
      const { category, contentType } = await database.withTenant(tenantId, targetIn);
      const stored = await storeBytes(parts, tenantId, 'files', category, body, contentType);
      return database.withTenant(tenantId, async (transaction) => {
        const target = await targetIn(transaction);
        const version = await attach(parts, transaction, actor, stored, target);
        const { name } = target;
        const { sha256, bytes } = stored;
        await record(transaction, actor, {
          subject: `file:${version.file_id}`,
          details: [{ about: [], content: { name, version: version.version, category, bytes, sha256 } }],
        });
        return describeOne(transaction, version.file_id);
      });
    },

    link: (
      request: RequestContext,
      given: { fileId: string; version?: number | undefined; seconds: number },
    ) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        const { caller } = request;
        const { fileId, seconds } = given;
        const file = await requireFile(transaction, caller, fileId, 'read', { now: now() });
        for (const subject of file.about.length > 0 ? file.about : [null])
          request.reveal({ subject }, file.category);
        const number = given.version ?? file.ready_version ?? file.version;
        const version = await findVersion(transaction, fileId, number);
        if (!version) throw notFound('version', String(number));
        if (version.state !== 'ready') throw notReady(version);
        const { url, expiresAt } = links.sign(
          { tenantId: caller.tenantId, fileId, version: version.version },
          seconds,
        );
        await record(transaction, actorOf(request), {
          subject: `file:${fileId}`,
          details: [{ about: [], content: { version: version.version, seconds } }],
        });
        const { content_type: contentType, bytes, sha256, scan } = version;
        const linked = { name: file.name, contentType, url };
        return { file: linked, version: version.version, bytes, sha256, scan, expiresAt };
      }),

    delete: (request: RequestContext, fileId: string) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        const { caller } = request;
        const file = await requireFile(transaction, caller, fileId, 'own', { now: now(), isLocked: true });
        requireOwnVersions(file);
        await deleteFile(parts, transaction, caller.tenantId, fileId, now());
        await record(transaction, actorOf(request), {
          subject: `file:${fileId}`,
          details: [{ about: [], content: { name: file.name, versions: file.version } }],
        });
        return { fileId };
      }),

    getSettings: (tenantId: string) =>
      database.withTenant(tenantId, async (transaction) =>
        settingsView(transaction, await readSettings(transaction)),
      ),

    setSettings: (
      request: RequestContext,
      given: {
        quotaMb?: number | undefined;
        requireScan?: boolean | undefined;
        refusedDays?: number | undefined;
      },
    ) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        const before = await readSettings(transaction);
        const after = await writeSettings(transaction, {
          ...(given.quotaMb === undefined ? {} : { quota_bytes: given.quotaMb * MB }),
          ...(given.requireScan === undefined ? {} : { require_scan: given.requireScan }),
          ...(given.refusedDays === undefined ? {} : { refused_days: given.refusedDays }),
        });
        const view = await settingsView(transaction, after);
        await record(transaction, actorOf(request), {
          subject: 'file-settings',
          details: [{ about: [], content: { before, after } }],
        });
        return view;
      }),
  };
}

import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { RequestContext } from '../../../http/caller.ts';
import { listPage, type Page } from '../../../http/cursor.ts';
import { notFound, Problem } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, actorOf, displayName, record } from '../audit/index.ts';
import { ownerOf, requireFile, requireOwnVersions } from './access.ts';
import { listHeld } from './list-store.ts';
import type { Parts } from './parts.ts';
import { INSPECT_QUEUE, type InspectJob, refuseBeyondQuota } from './receive.ts';
import { notReady } from './serve.ts';
import { announce } from './settle.ts';
import {
  addVersion,
  changeVersion,
  type FileRecord,
  findVersion,
  isUploadedBy,
  lockVersion,
  settleReadyVersion,
  type VersionRecord,
} from './store.ts';
import { type fileView, heldView } from './views.ts';

const HELD = ['quarantined', 'rejected', 'scan_failed'] as const;
const UNDER_WAY = ['receiving', 'scanning'] as const;

/** Restoring, releasing and inspecting versions again. */
export function createVersionOperations(
  parts: Parts,
  describe: (transaction: TenantTransaction, fileId: string) => Promise<ReturnType<typeof fileView>>,
) {
  const { database, jobs, now } = parts;

  const versionOf = async (transaction: TenantTransaction, fileId: string, number: number) => {
    const found = await findVersion(transaction, fileId, number);
    const version = found && (await lockVersion(transaction, found.id));
    if (!version) throw notFound('version', String(number));
    return version;
  };

  return {
    held: (
      tenantId: string,
      { state, underWay }: { state?: VersionRecord['state'] | undefined; underWay?: boolean | undefined },
      page: Page,
    ) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => {
            const states = state ? [state] : [...HELD, ...(underWay ? UNDER_WAY : [])];
            return listHeld(transaction, states, before, limit);
          },
          key: ({ id }) => id,
          view: heldView,
        }),
      ),

    /** The object is shared by both versions: it is never changed. */
    restore: (
      request: RequestContext,
      { fileId, version: number, comment }: { fileId: string; version: number; comment?: string | undefined },
    ) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        const { caller } = request;
        const actor = actorOf(request);
        const file = await requireFile(transaction, caller, fileId, 'write', { now: now(), isLocked: true });
        requireOwnVersions(file);
        const earlier = await versionOf(transaction, fileId, number);
        if (earlier.state !== 'ready') throw notReady(earlier);
        if (number === file.version) throw new Problem('CONFLICT', 'It is the newest version already.');
        await refuseBeyondQuota(parts, transaction, caller.tenantId, earlier.bytes);
        await addVersion(transaction, file, copyOf(earlier, actor, comment));
        await settleReadyVersion(transaction, fileId);
        await record(transaction, actor, {
          subject: `file:${fileId}`,
          details: [{ about: [], content: { restored: number, version: file.version + 1 } }],
        });
        return describe(transaction, fileId);
      }),

    /** @throws {Problem} PERSON_NEEDED, SELF_APPROVAL, FILE_STATE */
    release: (
      request: RequestContext,
      { fileId, version: number, reason }: { fileId: string; version: number; reason: string },
    ) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        const { caller } = request;
        const actor = actorOf(request);
        if (!actor.person) throw new Problem('PERSON_NEEDED', 'A person has to release a file.');
        const file = await requireFile(transaction, caller, fileId, 'look', { now: now(), isLocked: true });
        const version = await versionOf(transaction, fileId, number);
        if (version.state !== 'quarantined' || version.bytes === 0)
          throw new Problem('FILE_STATE', `Only quarantined versions are released; it is ${version.state}.`);
        if (await isUploadedBy(transaction, version, ownerOf(actor)))
          throw new Problem('SELF_APPROVAL', 'A person who uploaded or restored it cannot release it.');
        const released = await changeVersion(transaction, version.id, {
          state: 'ready',
          released_by: displayName(actor),
          released_user: actor.person.id,
          release_reason: reason,
        });
        await announce(parts, transaction, caller.tenantId, file, released);
        await record(transaction, actor, {
          subject: `file:${fileId}`,
          details: [{ about: [], content: { version: number, found: version.reason, reason } }],
        });
        return describe(transaction, fileId);
      }),

    rescan: (request: RequestContext, { fileId, version: number }: { fileId: string; version: number }) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        const { caller } = request;
        const file = await requireFile(transaction, caller, fileId, 'look', { now: now(), isLocked: true });
        const version = await versionOf(transaction, fileId, number);
        refuseRescan(file, version);
        await changeVersion(transaction, version.id, { state: 'scanning', reason: null });
        await settleReadyVersion(transaction, fileId);
        const job = { tenantId: caller.tenantId, versionId: version.id };
        await jobs.enqueue<InspectJob>(transaction, INSPECT_QUEUE, [job]);
        await record(transaction, actorOf(request), {
          subject: `file:${fileId}`,
          details: [{ about: [], content: { version: number, before: version.state } }],
        });
        return describe(transaction, fileId);
      }),
  };
}

function refuseRescan(file: FileRecord, version: VersionRecord): void {
  if (version.state !== 'ready' && version.state !== 'scan_failed' && version.state !== 'quarantined')
    throw new Problem('FILE_STATE', `It is ${version.state}.`);
  if (version.scan === 'made here')
    throw new Problem('FILE_STATE', 'The system wrote it; no person uploaded it.');
  if (file.bucket !== 'files' || version.bytes === 0)
    throw new Problem('FILE_STATE', 'Its content is not kept any more.');
}

function copyOf(earlier: VersionRecord, actor: Actor, comment: string | undefined) {
  return {
    id: uuidv7(),
    file_id: earlier.file_id,
    object_key: earlier.object_key,
    bytes: earlier.bytes,
    received: earlier.bytes,
    sha256: earlier.sha256,
    content_type: earlier.content_type,
    state: 'ready' as const,
    scan: earlier.scan,
    scanned_at: earlier.scanned_at,
    reason: earlier.reason,
    comment: comment ?? null,
    restored_from: earlier.version,
    uploaded_by: ownerOf(actor),
    uploaded_name: displayName(actor),
  };
}

import type { AsyncLocalStorage } from 'node:async_hooks';
import type { Readable } from 'node:stream';
import { DataStore, Upload } from '@tus/server';
import { v7 as uuidv7 } from 'uuid';
import type { Caller } from '../../../../http/caller.ts';
import { Problem } from '../../../../http/problem.ts';
import type { TenantTransaction } from '../../../../platform/database/index.ts';
import { HOUR_MS } from '../../../../platform/durations.ts';
import { type Actor, record } from '../../audit/index.ts';
import { ownerOf } from '../access.ts';
import { addPart, deleteParts } from '../part-store.ts';
import type { Parts } from '../parts.ts';
import { deleteVersionRow } from '../purge-store.ts';
import {
  addTo,
  INSPECT_QUEUE,
  type InspectJob,
  refuseBeyondQuota,
  refuseClaim,
  uploadTarget,
} from '../receive.ts';
import { changeVersion, findVersionById, lockFile, lockVersion, type VersionRecord } from '../store.ts';
import { partKey } from '../sweep.ts';
import { readMetadata } from './metadata.ts';

/** Bytes that are kept in memory before they become a part; what a crash loses of an upload at most. */
const PART_BYTES = 8 * 1024 * 1024;

/** Who makes the request that the store answers. */
export interface Visitor {
  caller: Caller;
  actor: Actor;
}

/** An answer of the tus protocol other than success. */
function refusal(status: number, body: string): { status_code: number; body: string } {
  return { status_code: status, body: `${body}\n` };
}

const gone = () => refusal(404, 'There is no such upload.');

/**
 * Resumable uploads in the object store: each piece that arrives becomes an object, and a row says where it belongs.
 * The object of the version is joined from them by the job that inspects it.
 */
export class UploadStore extends DataStore {
  override extensions = ['creation', 'termination', 'expiration'];
  readonly #parts: Parts;
  readonly #visitors: AsyncLocalStorage<Visitor>;

  constructor(parts: Parts, visitors: AsyncLocalStorage<Visitor>) {
    super();
    this.#parts = parts;
    this.#visitors = visitors;
  }

  override getExpiration(): number {
    return this.#parts.uploadHours * HOUR_MS;
  }

  override async create(upload: Upload): Promise<Upload> {
    const { caller, actor } = this.#visitor();
    const { database, now } = this.#parts;
    const bytes = upload.size ?? 0;
    await answered(async () => {
      const given = readMetadata(upload.metadata ?? {});
      await database.withTenant(caller.tenantId, async (transaction) => {
        const target = await uploadTarget(transaction, caller, given, now());
        refuseClaim(this.#parts, target, bytes, 'Upload-Length');
        await refuseBeyondQuota(this.#parts, transaction, caller.tenantId, bytes);
        const version = await addTo(transaction, actor, target, {
          id: upload.id,
          object_key: `files/${caller.tenantId}/${upload.id}`,
          bytes,
          received: 0,
          state: 'receiving',
          expires_at: new Date(now().getTime() + this.getExpiration()),
        });
        await record(transaction, actor, {
          subject: `file:${version.file_id}`,
          details: [{ about: [], content: { version: version.version, bytes, resumable: true } }],
        });
      });
    });
    return upload;
  }

  override async getUpload(id: string): Promise<Upload> {
    const version = await this.#find(id);
    return new Upload({
      id,
      size: version.bytes,
      offset: version.received,
      creation_date: version.created_at.toISOString(),
    });
  }

  /** Keeps what arrived also when the connection breaks in the middle. @returns the new offset */
  override async write(stream: Readable, id: string, offset: number): Promise<number> {
    let reached = offset;
    let waiting: Buffer[] = [];
    let bytes = 0;
    const keep = async () => {
      if (bytes === 0) return;
      const body = Buffer.concat(waiting);
      waiting = [];
      bytes = 0;
      await this.#addPart(id, reached, body);
      reached += body.length;
    };
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        waiting.push(chunk);
        bytes += chunk.length;
        if (bytes >= PART_BYTES) await keep();
      }
    } finally {
      await keep();
    }
    return reached;
  }

  override async remove(id: string): Promise<void> {
    const { caller, actor } = this.#visitor();
    const keys = await this.#parts.database.withTenant(caller.tenantId, async (transaction) => {
      const found = await this.#findIn(transaction, id);
      // The file first: its row goes too when it has no other version.
      await lockFile(transaction, found.file_id);
      const version = await lockVersion(transaction, id);
      if (!version) throw gone();
      if (version.state !== 'receiving') throw refusal(409, 'The upload is complete: delete the file.');
      const parts = await deleteParts(transaction, id);
      await deleteVersionRow(transaction, version);
      await record(transaction, actor, {
        subject: `file:${version.file_id}`,
        details: [{ about: [], content: { version: version.version, cancelled: true } }],
      });
      return parts;
    });
    for (const key of keys) await this.#parts.bucket('files').delete(key);
  }

  async #addPart(id: string, start: number, body: Buffer): Promise<void> {
    const { database, bucket, jobs, atPoint } = this.#parts;
    const { tenantId } = this.#visitor().caller;
    const key = partKey(tenantId, id, uuidv7());
    await bucket('files').put(key, body);
    atPoint('part stored');
    const isAdded = await database.withTenant(tenantId, async (transaction) => {
      const part = { version_id: id, start, bytes: body.length, object_key: key };
      if (!(await addPart(transaction, part))) return false;
      const version = await lockVersion(transaction, id);
      if (version?.received !== version?.bytes) return true;
      await changeVersion(transaction, id, { state: 'scanning', expires_at: null });
      await jobs.enqueue<InspectJob>(transaction, INSPECT_QUEUE, [{ tenantId, versionId: id }]);
      return true;
    });
    if (isAdded) return atPoint('upload complete');
    await bucket('files').delete(key);
    throw refusal(409, 'Another request writes to this upload.');
  }

  async #find(id: string): Promise<VersionRecord> {
    const { tenantId } = this.#visitor().caller;
    return this.#parts.database.withTenant(tenantId, (transaction) => this.#findIn(transaction, id));
  }

  /** An upload is known to the one who began it only. */
  async #findIn(transaction: TenantTransaction, id: string): Promise<VersionRecord> {
    const version = /^[0-9a-f-]{36}$/.test(id) ? await findVersionById(transaction, id) : undefined;
    const { actor } = this.#visitor();
    if (!version || version.uploaded_by !== ownerOf(actor)) throw gone();
    return version;
  }

  #visitor(): Visitor {
    const visitor = this.#visitors.getStore();
    if (!visitor) throw new Error('An upload is served without a caller');
    return visitor;
  }
}

/** Answers a problem of ours as the tus protocol does: a status and a line. */
async function answered(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw refusal(error.status, `${error.code}: ${error.message}`);
  }
}

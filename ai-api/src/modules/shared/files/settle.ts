import type { TenantTransaction } from '../../../platform/database/index.ts';
import { record, systemActor } from '../audit/index.ts';
import { assemble } from './assemble.ts';
import { type Findings, inspect } from './inspect/index.ts';
import type { Parts } from './parts.ts';
import { INSPECT_QUEUE, type InspectJob } from './receive.ts';
import {
  addScan,
  changeVersion,
  type FileRecord,
  findFile,
  holdCopies,
  lockVersion,
  readSettings,
  type ScanRecord,
  settleReadyVersion,
  type VersionRecord,
} from './store.ts';
import { CATEGORIES } from './vocabulary.ts';

/** An attempt on a large file may take so long. */
const ATTEMPT_SECONDS = 1800;

/** Inspects versions in the background, one job each; a version is settled once, however often its job runs. */
export function defineInspection(parts: Parts): void {
  const { jobs, database } = parts;
  jobs.define<InspectJob>({
    name: INSPECT_QUEUE,
    concurrency: parts.scanConcurrency,
    retryLimit: 6,
    retryDelay: 2,
    retryDelayMax: 60,
    expireInSeconds: ATTEMPT_SECONDS,
    handle: (job, { signal }) => inspectVersion(parts, job, signal),
    onDead: async ({ tenantId, versionId }, reason) => {
      const failed = { state: 'scan_failed', scan: null, reason, scanner: null } as const;
      await settle(parts, tenantId, versionId, failed);
    },
    onRetry: async (transaction, { versionId }) => {
      const version = await lockVersion(transaction, versionId);
      if (version?.state === 'scan_failed')
        await changeVersion(transaction, versionId, { state: 'scanning', reason: null });
    },
  });

  async function inspectVersion(
    { bucket, scanner, directory }: Parts,
    { tenantId, versionId }: InspectJob,
    signal: AbortSignal,
  ): Promise<void> {
    const opened = await database.withTenant(tenantId, async (transaction) => {
      const version = await lockVersion(transaction, versionId);
      const file = version && (await findFile(transaction, version.file_id));
      return file && { version, file, settings: await readSettings(transaction) };
    });
    if (opened?.version.state !== 'scanning') return;
    const { version, file, settings } = opened;
    const store = bucket(file.bucket);
    await assemble(parts, store, tenantId, version);
    const stored = await store.get(version.object_key);
    if (!stored) throw new Error(`The object of version ${version.version} of file ${file.id} is gone`);
    const expected = {
      contentType: version.content_type,
      types: CATEGORIES[file.category].types,
      anyEncoding: file.category === 'policy',
      requireScan: settings.require_scan,
    };
    const findings = await inspect({ scanner, directory }, stored.body, expected, signal);
    parts.atPoint('inspected');
    const isThere = await settle(parts, tenantId, versionId, findings);
    parts.atPoint('settled');
    // It was deleted meanwhile, and its object may have been assembled after that.
    if (!isThere) await store.delete(version.object_key);
  }
}

type Settled = Omit<Findings, 'bytes' | 'sha256'> & Partial<Pick<Findings, 'bytes' | 'sha256'>>;

/**
 * Brings a version that is being scanned into the state that was found, tells the module whose file it is, and everyone.
 * @returns false when the file is deleted
 */
async function settle(parts: Parts, tenantId: string, versionId: string, found: Settled): Promise<boolean> {
  return parts.database.withTenant(tenantId, async (transaction) => {
    const before = await lockVersion(transaction, versionId);
    const file = before && (await findFile(transaction, before.file_id));
    if (!file) return false;
    if (before.state !== 'scanning') return true;
    const { state, scan, reason, scanner, bytes, sha256 } = found;
    const version = await changeVersion(transaction, versionId, {
      state,
      scan,
      reason,
      scanned_at: parts.now(),
      ...(bytes === undefined ? {} : { bytes }),
      ...(sha256 === undefined ? {} : { sha256 }),
    });
    await addScan(transaction, {
      version_id: versionId,
      outcome: outcomeOf({ state, scan }),
      scanner,
      finding: reason,
      at: parts.now(),
    });
    if (state === 'quarantined' || state === 'rejected')
      await holdCopies(transaction, version, { state, scan, reason, scanned_at: parts.now() });
    await announce(parts, transaction, tenantId, file, version);
    await record(transaction, systemActor(tenantId, 'file.inspect'), {
      subject: `file:${file.id}`,
      details: [{ about: [], content: { version: version.version, state, scan, reason } }],
    });
    return true;
  });
}

function outcomeOf({ state, scan }: Pick<Findings, 'state' | 'scan'>): ScanRecord['outcome'] {
  if (state === 'rejected') return 'refused';
  if (state === 'scan_failed') return 'failed';
  return scan ?? 'not scanned';
}

const EVENT_OF = {
  ready: 'file.ready',
  quarantined: 'file.quarantined',
  rejected: 'file.rejected',
  scan_failed: 'file.scan.failed',
} as const;

/** Tells the module whose file it is, and subscribers, that a version has reached a state. */
export async function announce(
  { consumers, events }: Parts,
  transaction: TenantTransaction,
  tenantId: string,
  file: FileRecord,
  version: VersionRecord,
): Promise<void> {
  if (version.state === 'receiving' || version.state === 'scanning') return;
  const isReady = version.state === 'ready';
  if (isReady) await settleReadyVersion(transaction, file.id);
  const consumer = consumers.get(file.origin);
  await consumer?.[isReady ? 'ready' : 'refused'](transaction, file, version);
  await events.publish(transaction, tenantId, EVENT_OF[version.state], {
    fileId: file.id,
    version: version.version,
    category: file.category,
    origin: file.origin,
    scan: version.scan,
    reason: version.reason,
  });
}

import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { OutsideCallError } from '../../../platform/outside-call-error.ts';
import type { Events } from '../../shared/events/index.ts';
import {
  type ConnectionRecord,
  endDelivery,
  findConnection,
  lockQueuedDelivery,
  noteDelivery,
  requeueDelivery,
  updateConnection,
} from './connections-store.ts';
import { readGithub } from './forges/github-webhook.ts';
import { readGitlab } from './forges/gitlab-webhook.ts';
import type { Forge } from './forges/index.ts';
import { followRewrites } from './heirs.ts';
import type { ForgeCommit, Push } from './push.ts';
import { recordCommits } from './recording.ts';
import {
  type CommitRecord,
  commitsBySha,
  findRepository,
  markUnreachable,
  upsertRepository,
} from './store.ts';

export const DELIVERY = 'git.delivery';
export const READ = 'git.read';

/** Commits of one job that reads a forge: so many that it ends within its time. */
const READ_AT_ONCE = 50;
/** Commits that one event tells of. */
const MAX_IN_EVENT = 100;

/** What is to be read from a forge. */
export interface Reading {
  tenantId: string;
  repositoryId: string;
  branch: string | null;
  /** Whole commits to read. */
  shas?: string[];
  /** Commits between two ends to find first. */
  range?: { from: string; to: string };
  /** The branch was at `from` and a forced push moved it to `to`. */
  rewritten?: { from: string; to: string };
}

interface Settings {
  database: Database;
  jobs: Jobs;
  events: Pick<Events, 'publish'>;
  open: (connection: ConnectionRecord) => Forge | null;
  now: () => Date;
}

/** What is done about repositories in the background: deliveries that were received, and reading from forges. */
export function createWork({ database, jobs, events, open, now }: Settings) {
  jobs.define<{ tenantId: string; deliveryId: string }>({
    name: DELIVERY,
    priority: 'high',
    concurrency: 2,
    retryLimit: 8,
    retryDelay: 2,
    retryDelayMax: 300,
    expireInSeconds: 120,
    handle: ({ tenantId, deliveryId }) =>
      database.withTenant(tenantId, (transaction) => process(transaction, tenantId, deliveryId)),
    onDead: ({ tenantId, deliveryId }, reason) =>
      database.withTenant(tenantId, (transaction) =>
        endDelivery(transaction, deliveryId, 'failed', reason, now()),
      ),
    onRetry: (transaction, { deliveryId }) => requeueDelivery(transaction, deliveryId),
  });

  jobs.define<Reading>({
    name: READ,
    concurrency: 2,
    retryLimit: 10,
    retryDelay: 10,
    retryDelayMax: 1800,
    expireInSeconds: 600,
    handle: (reading, { signal }) => read(reading, signal),
    onDead: async () => {},
  });

  async function process(
    transaction: TenantTransaction,
    tenantId: string,
    deliveryId: string,
  ): Promise<void> {
    const delivery = await lockQueuedDelivery(transaction, deliveryId);
    const connection = delivery && (await findConnection(transaction, delivery.connection_id));
    if (!delivery?.payload || !connection) return;
    await noteDelivery(transaction, delivery);
    const payload: unknown = JSON.parse(delivery.payload);
    const read = connection.provider === 'github' ? readGithub : readGitlab;
    let push: ReturnType<typeof read>;
    try {
      push = read(delivery.event, payload);
    } catch (error) {
      return endDelivery(transaction, deliveryId, 'failed', `It has not the form of a push: ${error}`, now());
    }
    if ('ignored' in push) return endDelivery(transaction, deliveryId, 'ignored', push.ignored, now());
    const reason = await take(transaction, tenantId, push, connection);
    await endDelivery(transaction, deliveryId, 'processed', reason, now());
  }

  /** Stores what a push says, and has the forge asked for what it does not say. Returns that in words. */
  async function take(
    transaction: TenantTransaction,
    tenantId: string,
    push: Push,
    connection: ConnectionRecord,
  ): Promise<string | null> {
    const { branch, before, after, forced, cut } = push;
    const repository = await upsertRepository(transaction, push.repository, connection.id);
    const beforeIsKnown =
      before === null || (await commitsBySha(transaction, repository.id, [before])).has(before);
    const added = await store(transaction, tenantId, repository.id, push.commits, [], {
      branch,
      source: 'push',
    });
    if (connection.credential === null)
      return cut ? 'The push was cut, and there is no credential to read the rest.' : null;
    const common = { tenantId, repositoryId: repository.id, branch };
    const readings: Reading[] = chunks(added.map(({ sha }) => sha)).map((shas) => ({ ...common, shas }));
    if (before !== null && (cut || !beforeIsKnown))
      readings.push({ ...common, range: { from: before, to: after } });
    if (before !== null && (forced || connection.provider === 'gitlab'))
      readings.push({ ...common, rewritten: { from: before, to: after } });
    await jobs.enqueue(transaction, READ, readings);
    return cut ? 'The push was cut; the rest is read from the forge.' : null;
  }

  /** Stores commits, follows what they replace, and tells of those that are new. */
  async function store(
    transaction: TenantTransaction,
    tenantId: string,
    repositoryId: string,
    commits: readonly ForgeCommit[],
    told: readonly { from: string; to: string }[],
    seen: { branch: string | null; source: CommitRecord['source'] },
  ): Promise<CommitRecord[]> {
    const { added, completed } = await recordCommits(transaction, repositoryId, commits, seen);
    const known = await commitsBySha(
      transaction,
      repositoryId,
      commits.map(({ sha }) => sha),
    );
    if (added.length > 0 || completed > 0 || told.length > 0)
      await followRewrites(transaction, repositoryId, [...known.values()], told);
    if (added.length > 0 || completed > 0)
      for (const shas of chunks([...known.keys()], MAX_IN_EVENT))
        await events.publish(transaction, tenantId, 'commit.recorded', {
          repositoryId,
          branch: seen.branch,
          commits: shas.length,
          shas,
        });
    return added;
  }

  async function read(reading: Reading, signal: AbortSignal): Promise<void> {
    const { tenantId, repositoryId, branch } = reading;
    const found = await database.withTenant(tenantId, async (transaction) => {
      const repository = await findRepository(transaction, repositoryId);
      const connection =
        repository?.connection_id && (await findConnection(transaction, repository.connection_id));
      return repository && connection ? { repository, connection } : null;
    });
    const forge = found && open(found.connection);
    if (!found || !forge) return;
    const { full_name: fullName } = found.repository;
    try {
      if (reading.range) {
        const { shas } = await forge.compare(fullName, reading.range.from, reading.range.to, signal);
        await database.withTenant(tenantId, (transaction) =>
          jobs.enqueue(
            transaction,
            READ,
            chunks(shas).map((some) => ({ tenantId, repositoryId, branch, shas: some })),
          ),
        );
      }
      if (reading.rewritten) {
        const { from, to } = reading.rewritten;
        const { shas } = await forge.compare(fullName, to, from, signal);
        await database.withTenant(tenantId, async (transaction) => {
          const left = await commitsBySha(transaction, repositoryId, shas);
          await markUnreachable(
            transaction,
            [...left.values()].map(({ id }) => id),
            now(),
          );
        });
      }
      const commits: ForgeCommit[] = [];
      for (const sha of reading.shas ?? []) {
        const commit = await forge.commit(fullName, sha, signal).catch(ignoreMissing);
        if (commit) commits.push(commit);
      }
      await database.withTenant(tenantId, async (transaction) => {
        await store(transaction, tenantId, repositoryId, commits, [], { branch, source: 'api' });
        await updateConnection(transaction, found.connection.id, { last_error: null });
      });
    } catch (error) {
      if (error instanceof OutsideCallError)
        await database.withTenant(tenantId, (transaction) =>
          updateConnection(transaction, found.connection.id, { last_error: error.message }),
        );
      throw error;
    }
  }

  return { store };
}

/** A forced push may have removed the commit by now. */
function ignoreMissing(error: unknown): null {
  if (error instanceof OutsideCallError && error.kind === 'not_found') return null;
  throw error;
}

function chunks(shas: readonly string[], size = READ_AT_ONCE): string[][] {
  return Array.from({ length: Math.ceil(shas.length / size) }, (_, n) =>
    shas.slice(n * size, (n + 1) * size),
  );
}

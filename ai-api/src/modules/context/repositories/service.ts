import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { OutboundGuard } from '../../../platform/outbound/index.ts';
import type { Sealer } from '../../../platform/sealing.ts';
import { type Actor, record } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Plans } from '../../shared/plans/index.ts';
import { attributionsOfTrace } from '../formats/agent-trace.ts';
import { type Attribution, merged } from '../formats/attribution.ts';
import { readGitAiNote } from '../formats/git-ai-note.ts';
import type { AgentTrace } from '../formats/schema.ts';
import { storeAttributions } from './attributions.ts';
import { createConnections } from './connections.ts';
import { type Forge, openForge } from './forges/index.ts';
import { createIntake } from './intake.ts';
import { type ForgeCommit, splitRepository } from './push.ts';
import {
  type CommitFilter,
  commitsBySha,
  commitsStartingWith,
  filesOf,
  findRepository,
  kinOf,
  listCommits,
  listRepositories,
  upsertRepository,
} from './store.ts';
import { commitView, repositoryView } from './views.ts';
import { createWork, READ } from './work.ts';

const MAX_FORGES = 100;

interface Setup {
  database: Database;
  jobs: Jobs;
  events: Events;
  plans: Pick<Plans, 'take' | 'isOn'>;
  guard: OutboundGuard;
  sealer: Sealer;
  publicUrl: string;
  now: () => Date;
  log: Logger;
}

type NewCommit = Omit<ForgeCommit, 'webUrl' | 'files' | 'authorName' | 'authorEmail'> & {
  authorName?: string | undefined;
  authorEmail?: string | undefined;
  branch?: string | undefined;
  note?: string | undefined;
  files: {
    path: string;
    previousPath?: string | undefined;
    change: ForgeCommit['files'][number]['change'];
    added?: number | undefined;
    deleted?: number | undefined;
    patch?: string | undefined;
  }[];
};

export type Repositories = ReturnType<typeof createRepositories>;

/** Repositories and their commits: reported by webhooks, read from forges, or sent from a clone. */
export function createRepositories(setup: Setup) {
  const { database, jobs, events, plans, guard, sealer, publicUrl, now, log } = setup;
  const connections = createConnections({ database, sealer, guard, publicUrl, now });
  // One for each connection and credential: it keeps the token of an installation, and its circuit breaker.
  const forges = new LRUCache<string, Forge>({ max: MAX_FORGES });
  const intake = createIntake({ database, jobs, plans, connections, log });
  const work = createWork({
    database,
    jobs,
    events,
    now,
    open: (connection) => {
      const credential = connections.credentialOf(connection);
      if (!credential) return null;
      const key = `${connection.id} ${connection.credential}`;
      const forge =
        forges.get(key) ?? openForge({ ...connection, apiUrl: connection.api_url, credential }, guard, now);
      forges.set(key, forge);
      return forge;
    },
  });

  return {
    connections,
    intake,

    listRepositories: (tenantId: string, search: string | undefined, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.string(),
          query: (after, limit) => listRepositories(transaction, search, after, limit),
          key: ({ name_key }) => name_key,
          view: repositoryView,
        }),
      ),

    /** @throws {Problem} NOT_FOUND, CONFLICT without a connection that can read */
    backfill: (actor: Actor, repositoryId: string, from: string, to: string | undefined) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const repository = await findRepository(transaction, repositoryId);
        if (!repository) throw notFound('repository', repositoryId);
        if (repository.connection_id === null)
          throw new Problem('CONFLICT', 'No connection tells of this repository, so it cannot be read.');
        const end = to ?? repository.default_branch;
        if (end === null) throw invalidField('to', 'is needed, since the default branch is not known');
        const reading = { tenantId: actor.tenantId, repositoryId, branch: null, range: { from, to: end } };
        await jobs.enqueue(transaction, READ, [reading]);
        await record(transaction, actor, {
          subject: `repository:${repositoryId}`,
          details: [{ about: [], content: { from, to: end } }],
        });
        return { repositoryId, from, to: end };
      }),

    listCommits: (tenantId: string, filter: CommitFilter, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.object({ at: z.iso.datetime(), id: z.uuid() }),
          query: (before, limit) => listCommits(transaction, filter, before, limit),
          key: ({ committed_at, id }) => ({ at: committed_at.toISOString(), id }),
          view: commitView,
        }),
      ),

    /** @throws {Problem} NOT_FOUND, CONFLICT when several commits begin so */
    getCommit: (tenantId: string, sha: string, repositoryId: string | undefined) =>
      database.withTenant(tenantId, async (transaction) => {
        const commit = await theCommit(transaction, sha, repositoryId);
        const files = (await filesOf(transaction, [commit.id])).get(commit.id) ?? [];
        return {
          ...commitView(commit),
          message: commit.message,
          authorEmail: commit.author_email,
          parents: commit.parents,
          files: files.map((file) => ({
            path: file.path,
            previousPath: file.previous_path,
            change: file.change,
            added: file.added,
            deleted: file.deleted,
          })),
          ...(await kinOf(transaction, commit.id)),
        };
      }),

    /** @throws {Problem} INVALID_INPUT for a repository without host and name */
    recordCommits: (
      actor: Actor,
      given: { repository: string; commits: NewCommit[]; rewrites: { from: string; to: string }[] },
    ) => {
      const named = splitRepository(given.repository);
      if (!named) throw invalidField('repository', 'must be a URL, or host/owner/name');
      return database.withTenant(actor.tenantId, async (transaction) => {
        const described = { ...named, webUrl: null, defaultBranch: null };
        const repository = await upsertRepository(transaction, described, null);
        const fresh = new Set<string>();
        for (const [branch, commits] of Map.groupBy(given.commits, (commit) => commit.branch ?? null)) {
          const added = await work.store(
            transaction,
            actor.tenantId,
            repository.id,
            commits.map(forgeCommitOf),
            given.rewrites,
            { branch, source: 'capture' },
          );
          for (const { sha } of added) fresh.add(sha);
        }
        const notes = new Map(given.commits.map(({ sha, note }) => [sha, readGitAiNote(note ?? '')]));
        const attributed = await attribute(transaction, actor.tenantId, repository.id, notes, fresh);
        const recorded = fresh.size;
        const distinct = new Set(given.commits.map(({ sha }) => sha)).size;
        await record(transaction, actor, {
          subject: `repository:${repository.id}`,
          details: [{ about: [], content: { recorded, rewrites: given.rewrites.length } }],
        });
        return {
          repositoryId: repository.id,
          recorded,
          unchanged: distinct - recorded,
          replaced: given.rewrites.length,
          attributed: attributed.length,
        };
      });
    },

    /** @throws {Problem} INVALID_INPUT for a repository without host and name */
    recordTraces: (actor: Actor, given: { repository: string; traces: AgentTrace[] }) => {
      const named = splitRepository(given.repository);
      if (!named) throw invalidField('repository', 'must be a URL, or host/owner/name');
      return database.withTenant(actor.tenantId, async (transaction) => {
        const described = { ...named, webUrl: null, defaultBranch: null };
        const repository = await upsertRepository(transaction, described, null);
        const shas = given.traces.flatMap(({ vcs }) => (vcs?.type === 'git' ? [vcs.revision] : []));
        const known = await commitsBySha(transaction, repository.id, shas);
        const traces = new Map<string, Attribution[]>();
        const [unknown, unnamed]: [string[], string[]] = [[], []];
        for (const trace of given.traces) {
          const sha = trace.vcs?.revision ?? '';
          const attributions = attributionsOfTrace(trace);
          if (!known.has(sha)) unknown.push(trace.id);
          else if (attributions.length === 0) unnamed.push(trace.id);
          else traces.set(sha, [...(traces.get(sha) ?? []), ...attributions]);
        }
        await attribute(transaction, actor.tenantId, repository.id, traces, new Set());
        const recorded = given.traces.length - unknown.length - unnamed.length;
        await record(transaction, actor, {
          subject: `repository:${repository.id}`,
          details: [
            { about: [], content: { traces: recorded, unknown: unknown.length, unnamed: unnamed.length } },
          ],
        });
        return { recorded, unknown, unnamed };
      });
    },
  };

  /**
   * Stores attributions of commits, and has their links looked for again.
   * @param bySha attributions by commit
   * @param fresh commits whose links are looked for anyway
   * @returns the commits that have attributions
   */
  async function attribute(
    transaction: TenantTransaction,
    tenantId: string,
    repositoryId: string,
    bySha: ReadonlyMap<string, Attribution[]>,
    fresh: ReadonlySet<string>,
  ): Promise<string[]> {
    const shas = [...bySha].filter(([, attributions]) => attributions.length > 0).map(([sha]) => sha);
    const known = await commitsBySha(transaction, repositoryId, shas);
    const changed: string[] = [];
    // In one order, so that two uploads at once wait for each other and no more.
    for (const [sha, { id }] of [...known].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const isChanged = await storeAttributions(transaction, id, merged(bySha.get(sha) ?? []));
      if (isChanged && !fresh.has(sha)) changed.push(sha);
    }
    if (changed.length > 0)
      await events.publish(transaction, tenantId, 'commit.recorded', {
        repositoryId,
        branch: null,
        commits: changed.length,
        shas: changed,
      });
    return [...known.keys()];
  }
}

/**
 * The commit whose id begins so.
 * @throws {Problem} NOT_FOUND, CONFLICT when several commits begin so
 */
export async function theCommit(
  transaction: TenantTransaction,
  sha: string,
  repositoryId: string | undefined,
) {
  const [commit, other] = await commitsStartingWith(transaction, sha, repositoryId, 2);
  if (!commit) throw notFound('commit', sha);
  if (other)
    throw new Problem('CONFLICT', `Several commits begin with ${sha}. Give more digits, or repositoryId.`);
  return commit;
}

function forgeCommitOf({ authorName, authorEmail, files, note: _, ...commit }: NewCommit): ForgeCommit {
  return {
    ...commit,
    authorName: authorName ?? null,
    authorEmail: authorEmail ?? null,
    webUrl: null,
    files: files.map(({ previousPath, added, deleted, patch, ...file }) => ({
      ...file,
      previousPath: previousPath ?? null,
      added: added ?? null,
      deleted: deleted ?? null,
      patch: patch ?? null,
    })),
  };
}

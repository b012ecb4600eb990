import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../../platform/database/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import { activate, findSpaces, insertSpace, type SpaceRecord } from './collection-store.ts';
import type { Collection, Item } from './collections.ts';
import { isSame, type Space } from './embedder.ts';
import type { VectorEngine } from './pgvector.ts';

/** Makes the vectors of one collection of a company anew, in the space that is configured now. */
export const MIGRATE_QUEUE = 'embeddings.migrate';

interface MigrateJob {
  tenantId: string;
  collection: string;
}

const PAGE = 256;

/** What the job works with. */
interface Migrated {
  database: Database;
  jobs: Jobs;
  engine: VectorEngine;
  /** The one that new vectors of a tenant's collection are made in. */
  spaceOf(tenantId: string, collection: string): Promise<Space>;
  collections: ReadonlyMap<string, Collection>;
  embedInto(
    tenantId: string,
    space: SpaceRecord,
    items: readonly Item[],
    overwrite: boolean,
    signal: AbortSignal,
  ): Promise<void>;
}

/** Declares the job that fills the configured space of a collection, and then lets it take over. */
export function defineMigration({ database, jobs, engine, spaceOf, collections, embedInto }: Migrated): void {
  /** The configured space, opened unless it is whole already. */
  async function building(tenantId: string, collection: string): Promise<SpaceRecord | undefined> {
    const space = await spaceOf(tenantId, collection);
    return database.withTenant(tenantId, async (transaction) => {
      const isConfigured = (known: SpaceRecord) => isSame(known, space);
      const known = (await findSpaces(transaction, collection)).find(isConfigured);
      if (known) return known.state === 'active' ? undefined : known;
      await insertSpace(transaction, uuidv7(), collection, space, 'building');
      return (await findSpaces(transaction, collection)).find(isConfigured);
    });
  }

  jobs.define<MigrateJob, string>({
    name: MIGRATE_QUEUE,
    priority: 'low',
    concurrency: 1,
    retryLimit: 10,
    retryDelay: 10,
    retryDelayMax: 600,
    expireInSeconds: 3_600,
    handle: async ({ tenantId, collection: name }, attempt) => {
      const collection = collections.get(name);
      if (!collection) return;
      if (engine === 'none') throw new Error('This process was started without pgvector.');
      const target = await building(tenantId, name);
      if (!target) return;
      let after = attempt.progress;
      for (;;) {
        attempt.signal.throwIfAborted();
        const page = await database.withTenant(tenantId, (transaction) =>
          collection.texts(transaction, after, PAGE),
        );
        const last = page.at(-1);
        if (!last) break;
        // A concurrent change of a text has already written its newer vector.
        await embedInto(tenantId, target, page, false, attempt.signal);
        after = last.id;
        await attempt.checkpoint(after);
      }
      await database.withTenant(tenantId, (transaction) => activate(transaction, name, target.id));
    },
    // The space in use stays in use.
    onDead: async () => {},
  });
}

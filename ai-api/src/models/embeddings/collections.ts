import { v7 as uuidv7 } from 'uuid';
import type { Database, TenantTransaction } from '../../platform/database/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import { ModelError } from '../chat.ts';
import { contentHash } from './cache.ts';
import {
  activate,
  countVectors,
  deleteItems,
  findSpaces,
  hashesIn,
  insertSpace,
  type SpaceRecord,
  saveVectors,
  spacesElsewhere,
} from './collection-store.ts';
import type { Embedder, Space } from './embedder.ts';
import {
  nearestByIndex,
  nearestOfAll,
  similaritiesOf,
  type VectorFeatures,
  vectorFeatures,
} from './nearest-store.ts';
import { createVectorMemory, type Near } from './vector-memory.ts';

/** A text that can be found by its meaning. */
export interface Item {
  id: string;
  text: string;
}

/** What is searched together, such as the passages of policies. The texts themselves stay with their module. */
export interface Collection {
  name: string;
  /** Texts in the order of their ids, after an id; for vectors of another space. */
  texts(transaction: TenantTransaction, after: string | null, limit: number): Promise<Item[]>;
}

/** Makes the vectors of one collection of a company anew, in the space that is configured now. */
export const MIGRATE_QUEUE = 'embeddings.migrate';
interface MigrateJob {
  tenantId: string;
  collection: string;
}

const PAGE = 256;
/** Up to so many vectors all are compared: that is exact, and as fast as the index. */
const EXACT_UP_TO = 2_000;
const MOST_SIZES = 10_000;

/** What was found by meaning, and in whose vectors; null when there are none. */
export interface Found {
  provider: Space['provider'] | null;
  nearest: Near[];
  also: Near[];
}

export type Collections = ReturnType<typeof createCollections>;

/**
 * Vectors of collections, each in one space that is searched. When another is configured, a job fills that one
 * while the old one is still searched and both take what is new; then the new one takes over in one transaction.
 * @param embedders the configured one first, then those of earlier spaces that still work
 */
export function createCollections(
  database: Database,
  jobs: Jobs,
  embedders: readonly [Embedder, ...Embedder[]],
) {
  const [current] = embedders;
  const collections = new Map<string, Collection>();
  const embedderOf = (space: Space) => embedders.find((embedder) => isSame(embedder.space, space));

  /** The spaces that take what is new; the first vector of a collection opens one. */
  function spacesOf(tenantId: string, collection: string): Promise<SpaceRecord[]> {
    return database.withTenant(tenantId, async (transaction) => {
      const known = await findSpaces(transaction, collection);
      if (known.length > 0) return known;
      await insertSpace(transaction, uuidv7(), collection, current.space, 'active');
      return findSpaces(transaction, collection);
    });
  }

  async function embedInto(
    tenantId: string,
    space: SpaceRecord,
    items: readonly Item[],
    overwrite: boolean,
    signal?: AbortSignal,
  ) {
    const embedder = embedderOf(space);
    if (!embedder || items.length === 0) return;
    const known = await database.withTenant(tenantId, (transaction) =>
      hashesIn(
        transaction,
        space.id,
        items.map(({ id }) => id),
      ),
    );
    const changed = items.filter(({ id, text }) => known.get(id) !== contentHash(text));
    if (changed.length === 0) return;
    const call = { tenantId, purpose: space.collection, inputType: 'document' as const, signal };
    const { vectors } = await embedder.embed(
      changed.map(({ text }) => text),
      call,
    );
    const rows = changed.map(({ id, text }, index) => ({
      id,
      hash: contentHash(text),
      vector: [...(vectors[index] as Float32Array)],
    }));
    await database.withTenant(tenantId, (transaction) => saveVectors(transaction, space, rows, overwrite));
  }

  let features: VectorFeatures | undefined;
  const memory = createVectorMemory(database);
  const sizes = new Map<string, { revision: number; items: number }>();

  async function sizeOf(transaction: TenantTransaction, { id, revision }: SpaceRecord): Promise<number> {
    const known = sizes.get(id);
    if (known?.revision === revision) return known.items;
    const items = await countVectors(transaction, id);
    if (sizes.size >= MOST_SIZES) sizes.clear();
    sizes.set(id, { revision, items });
    return items;
  }

  /** By pgvector on a server that has it, else in memory, and what does not fit there by the database all the same. */
  async function compare(
    tenantId: string,
    space: SpaceRecord,
    vector: Float32Array,
    limit: number,
    also: readonly string[],
  ): Promise<Pick<Found, 'nearest' | 'also'>> {
    features ??= await database.withTenant(tenantId, vectorFeatures);
    const known = features;
    const table =
      known.pgvector && database.driver === 'postgres' ? null : await memory.open(tenantId, space);
    if (table) {
      const similarities = also.flatMap((id) => {
        const similarity = table.similarity(vector, id);
        return similarity === null ? [] : [{ id, similarity }];
      });
      return { nearest: table.nearest(vector, limit), also: similarities };
    }
    return database.withTenant(tenantId, async (transaction) => ({
      also: await similaritiesOf(transaction, space, vector, also, known),
      nearest: await nearest(transaction, space, vector, limit, known),
    }));
  }

  async function nearest(
    transaction: TenantTransaction,
    space: SpaceRecord,
    vector: Float32Array,
    limit: number,
    known: VectorFeatures,
  ): Promise<Near[]> {
    if (known.indexed.includes(space.dimensions) && (await sizeOf(transaction, space)) > EXACT_UP_TO) {
      const found = await nearestByIndex(transaction, space, vector, limit);
      if (found.length === limit) return found;
    }
    return nearestOfAll(transaction, space, vector, limit, known);
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
      const spaces = await spacesOf(tenantId, name);
      if (spaces.some((space) => space.state === 'active' && isSame(space, current.space))) return;
      const building = await database.withTenant(tenantId, async (transaction) => {
        await insertSpace(transaction, uuidv7(), name, current.space, 'building');
        return (await findSpaces(transaction, name)).find((space) => isSame(space, current.space));
      });
      if (!building) return;
      let after = attempt.progress;
      for (;;) {
        attempt.signal.throwIfAborted();
        const page = await database.withTenant(tenantId, (transaction) =>
          collection.texts(transaction, after, PAGE),
        );
        const last = page.at(-1);
        if (!last) break;
        // Whoever changed a text meanwhile has written its newer vector already.
        await embedInto(tenantId, building, page, false, attempt.signal);
        after = last.id;
        await attempt.checkpoint(after);
      }
      await database.withTenant(tenantId, (transaction) => activate(transaction, name, building.id));
    },
    // The space in use stays in use.
    onDead: async () => {},
  });

  return {
    /** Declares a collection; before the jobs start. */
    define: (collection: Collection) => {
      collections.set(collection.name, collection);
    },

    /** Makes vectors of texts that are new or have changed. @throws {ModelError} */
    put: async (
      tenantId: string,
      collection: string,
      items: readonly Item[],
      signal?: AbortSignal,
    ): Promise<void> => {
      for (const space of await spacesOf(tenantId, collection))
        await embedInto(tenantId, space, items, true, signal);
    },

    /** Forgets the vectors of texts, in the transaction that deletes these. */
    remove: (transaction: TenantTransaction, collection: string, ids: readonly string[]) =>
      deleteItems(transaction, collection, ids),

    /**
     * The items nearest in meaning, best first, with their cosine similarity (-1 to 1).
     * @param also items whose similarity is told too, wherever they rank
     * @throws {ModelError} also when no embedder speaks the space any more: search by words then
     */
    search: async (
      tenantId: string,
      collection: string,
      text: string,
      limit: number,
      { also = [], signal }: { also?: readonly string[]; signal?: AbortSignal | undefined } = {},
    ): Promise<Found> => {
      const spaces = await database.withTenant(tenantId, (transaction) =>
        findSpaces(transaction, collection),
      );
      const active = spaces.find(({ state }) => state === 'active');
      if (!active) return { provider: null, nearest: [], also: [] };
      const embedder = embedderOf(active);
      if (!embedder)
        throw new ModelError(
          'error',
          `Nothing makes vectors of ${active.provider}:${active.model} any more.`,
        );
      const call = { tenantId, purpose: collection, inputType: 'query' as const, signal };
      const { vectors } = await embedder.embed([text], call);
      const [vector] = vectors;
      const { provider } = active;
      if (!vector || vector.every((x) => x === 0)) return { provider, nearest: [], also: [] };
      return { provider, ...(await compare(tenantId, active, vector, limit, also)) };
    },

    /** Asks for the collections that are in another space than the configured one to be made anew. */
    migrate: async (): Promise<void> => {
      for (const { tenant_id: tenantId, collection } of await spacesElsewhere(database, current.space)) {
        if (!collections.has(collection)) continue;
        await database.withTenant(tenantId, (transaction) =>
          jobs.enqueue(transaction, MIGRATE_QUEUE, [{ tenantId, collection }]),
        );
      }
    },
  };
}

function isSame(a: Space, b: Space): boolean {
  return a.provider === b.provider && a.model === b.model && a.dimensions === b.dimensions;
}

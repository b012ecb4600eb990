import { v7 as uuidv7 } from 'uuid';
import type { Database, TenantTransaction } from '../../platform/database/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import { ModelError } from '../chat.ts';
import { contentHash } from './cache.ts';
import {
  collectionsOutside,
  deleteItems,
  findSpaces,
  hashesIn,
  insertSpace,
  markIncomplete,
  type SpaceRecord,
  saveVectors,
} from './collection-store.ts';
import { type Embedder, isSame, type Space } from './embedder.ts';
import { servingFor } from './index.ts';
import { defineMigration, MIGRATE_QUEUE } from './migration.ts';
import { type Near, nearestItems, similaritiesOf } from './nearest-store.ts';
import type { VectorEngine } from './pgvector.ts';

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
 * Without pgvector no vectors are made, and collections are noted as incomplete: the same job fills them once a
 * process starts with pgvector.
 * @param embedders the configured one first, then those of earlier spaces that still work
 * @param ofCollections the same for collections that have their own, such as one with shorter vectors
 */
export function createCollections(
  database: Database,
  jobs: Jobs,
  embedders: readonly [Embedder, ...Embedder[]],
  engine: VectorEngine,
  ofCollections: Readonly<Record<string, readonly [Embedder, ...Embedder[]]>> = {},
) {
  const collections = new Map<string, Collection>();
  const embeddersFor = (collection: string) => ofCollections[collection] ?? embedders;
  const configuredFor = (collection: string) => embeddersFor(collection)[0].space;
  /** The space that new vectors of a tenant are made in. */
  const spaceOf = async (tenantId: string, collection: string) =>
    (await servingFor(embeddersFor(collection), tenantId)).space;
  const embedderOf = (space: SpaceRecord) =>
    embeddersFor(space.collection).find((embedder) => isSame(embedder.space, space));

  /** The spaces that take what is new; the first vector of a collection opens one. */
  async function spacesOf(tenantId: string, collection: string): Promise<SpaceRecord[]> {
    const space = await spaceOf(tenantId, collection);
    return database.withTenant(tenantId, async (transaction) => {
      const known = await findSpaces(transaction, collection);
      if (known.length > 0) return known;
      await insertSpace(transaction, uuidv7(), collection, space, 'active');
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
    if (!embedder || items.length === 0 || !(await embedder.serves(tenantId))) return;
    const ids = items.map(({ id }) => id);
    const known = await database.withTenant(tenantId, (transaction) => hashesIn(transaction, space.id, ids));
    const changed = items.filter(({ id, text }) => known.get(id) !== contentHash(text));
    if (changed.length === 0) return;
    const texts = changed.map(({ text }) => text);
    const call = { tenantId, purpose: space.collection, inputType: 'document' as const, signal };
    const { vectors } = await embedder.embed(texts, call);
    const rows = changed.map(({ id, text }, index) => ({
      id,
      hash: contentHash(text),
      vector: vectors[index] as Float32Array,
    }));
    await database.withTenant(tenantId, (transaction) => saveVectors(transaction, space, rows, overwrite));
  }

  /** Notes for a later start with pgvector that these have no vectors, or vectors of an earlier text. */
  async function leaveOut(tenantId: string, collection: string, items: readonly Item[]): Promise<void> {
    const space = await spaceOf(tenantId, collection);
    const ids = items.map(({ id }) => id);
    return database.withTenant(tenantId, async (transaction) => {
      await deleteItems(transaction, collection, ids);
      await insertSpace(transaction, uuidv7(), collection, space, 'building');
      await markIncomplete(transaction, collection);
    });
  }

  defineMigration({ database, jobs, engine, spaceOf, collections, embedInto });

  return {
    engine,

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
      if (engine === 'none') return leaveOut(tenantId, collection, items);
      for (const space of await spacesOf(tenantId, collection))
        await embedInto(tenantId, space, items, true, signal);
    },

    /** Forgets the vectors of texts, in the transaction that deletes these. */
    remove: (transaction: TenantTransaction, collection: string, ids: readonly string[]) =>
      deleteItems(transaction, collection, ids),

    /**
     * The items nearest in meaning, best first, with their cosine similarity (-1 to 1); none without pgvector.
     * @param also items whose similarity is returned too, wherever they rank
     * @throws {ModelError} also when no embedder speaks the space any more: search by words then
     */
    search: async (
      tenantId: string,
      collection: string,
      text: string,
      limit: number,
      { also = [], signal }: { also?: readonly string[]; signal?: AbortSignal | undefined } = {},
    ): Promise<Found> => {
      const nothing = { nearest: [], also: [] };
      if (engine === 'none') return { provider: null, ...nothing };
      const spaces = await database.withTenant(tenantId, (transaction) =>
        findSpaces(transaction, collection),
      );
      const active = spaces.find(({ state }) => state === 'active');
      if (!active) return { provider: null, ...nothing };
      const { provider, model } = active;
      const embedder = embedderOf(active);
      if (!embedder) throw new ModelError('error', `Nothing makes vectors of ${provider}:${model} any more.`);
      const call = { tenantId, purpose: collection, inputType: 'query' as const, signal };
      const { vectors } = await embedder.embed([text], call);
      const [vector] = vectors;
      if (!vector || vector.every((x) => x === 0)) return { provider, ...nothing };
      const hasIndex = database.driver === 'postgres';
      return database.withTenant(tenantId, async (transaction) => ({
        provider,
        also: await similaritiesOf(transaction, active, vector, also),
        nearest: await nearestItems(transaction, active, vector, limit, hasIndex),
      }));
    },

    /** Asks for the collections of a tenant to be made anew where another embedder is the one for it now. */
    refresh: async (transaction: TenantTransaction, tenantId: string): Promise<void> => {
      if (engine === 'none') return;
      const made = [...collections.keys()].map((collection) => ({ tenantId, collection }));
      await jobs.enqueue(transaction, MIGRATE_QUEUE, made);
    },

    /** Asks for collections to be made anew that are in another space than the configured one, or incomplete. */
    migrate: async (): Promise<void> => {
      if (engine === 'none') return;
      const outside = [];
      for (const name of collections.keys())
        outside.push(...(await collectionsOutside(database, name, configuredFor(name))));
      for (const { tenant_id: tenantId, collection } of outside) {
        await database.withTenant(tenantId, (transaction) =>
          jobs.enqueue(transaction, MIGRATE_QUEUE, [{ tenantId, collection }]),
        );
      }
    },
  };
}

import { createHash, randomUUID } from 'node:crypto';
import type { Cache } from '../../../platform/cache/index.ts';

const SECONDS = 60;
/** Longer than anything that is cached under it. */
const GENERATION_SECONDS = 3_600;

export type ReadCache = ReturnType<typeof createReadCache>;

/**
 * Lists and searches of a reader for 60 seconds. What a reader writes shows at once: their answers go with it. What
 * others may not see any more goes for the whole company.
 */
export function createReadCache(cache: Cache) {
  const generation = async (tenantId: string, name: string): Promise<string> =>
    (await cache.forTenant(tenantId).get<string>(`context:generation:${name}`)) ?? '0';
  const renew = (tenantId: string, name: string): Promise<void> =>
    cache.forTenant(tenantId).set(`context:generation:${name}`, randomUUID(), GENERATION_SECONDS);

  return {
    /** What is cached for a reader and a request, otherwise what `load` answers. */
    wrap: async <T>(
      tenantId: string,
      reader: string,
      request: object,
      load: () => Promise<T>,
    ): Promise<T> => {
      const [all, own] = await Promise.all([generation(tenantId, 'all'), generation(tenantId, reader)]);
      const digest = createHash('sha256').update(JSON.stringify(request)).digest('base64url');
      return cache.forTenant(tenantId).wrap(`context:${all}:${own}:${reader}:${digest}`, SECONDS, load);
    },
    /** The reader has written. */
    changed: (tenantId: string, reader: string): Promise<void> => renew(tenantId, reader),
    /** Something is not to be seen any more. */
    hidden: (tenantId: string): Promise<void> => renew(tenantId, 'all'),
  };
}

import type { Collections } from '../../../models/embeddings/collections.ts';
import type { Database } from '../../../platform/database/index.ts';
import { createSearch } from './service.ts';

export { lexemesOf, tokensOf } from './analysis.ts';
export { after, type FusedHit, type Position } from './fusion.ts';
export { highlight } from './highlight.ts';
export { type PassageMessage, uuidOf } from './passages.ts';
export type { Search, SearchWindow } from './service.ts';
export { type Filter, filterJson } from './store.ts';

export function create({ database, collections }: { database: Database; collections: Collections }) {
  return createSearch({ database, collections });
}

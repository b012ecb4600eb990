import type { Collections } from '../../../models/embeddings/collections.ts';
import type { Database } from '../../../platform/database/index.ts';
import type { PersonalData } from '../../../platform/personal-data.ts';
import { personalDataOf } from './personal-data.ts';
import { createSearch, type Search } from './service.ts';

export { lexemesOf, tokensOf } from './analysis.ts';
export { after, type FusedHit, type Position } from './fusion.ts';
export { highlight } from './highlight.ts';
export { type PassageMessage, uuidOf } from './passages.ts';
export type { Search, SearchWindow } from './service.ts';
export { type Filter, filterJson } from './store.ts';

export function create({ database, collections }: { database: Database; collections: Collections }) {
  return createSearch({ database, collections });
}

/** Search words and vectors of conversations. */
export function personalData(search: Search): PersonalData {
  return personalDataOf(search);
}

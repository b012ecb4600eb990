import type { Query } from '../build/model.ts';
import { api } from '../build/queries.ts';

/** Names and teams of builders: choices of filters, and names in place of ids. */
export const directoryQuery: Query = api.read('directory', 'builder.list', {
  options: { limit: '2000' },
  transform: 'directory',
});

import type { NamedPersonalData } from '../../platform/personal-data.ts';

/** Answers that are kept for a day, for a request that is sent again. */
export const idempotencyData: NamedPersonalData = {
  module: 'requests',
  tables: [{ table: 'platform_http.idempotency_keys', of: ['credential'], erase: 'delete' }],
  disclosure: {
    categories: ['Answers of the API, for a day'],
    source: 'Requests to the API',
    purpose: 'Carrying out a request once that is sent twice',
    sharedWith: [],
  },
};

import { words } from './helpers.js';

/** What was removed from a conversation before it was stored. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map(({ rule, field, count }) => ({
      rule: words(rule),
      field: field.replaceAll('.', ' '),
      count: String(count),
    })),
  };
}

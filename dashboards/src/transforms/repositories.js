import { ago, choice, count } from './helpers.js';

/** Repositories as a table, and as choices. */
export default function transform(data) {
  const items = data?.items ?? [];
  return {
    choices: items.map(({ repositoryId, fullName }) => choice(repositoryId, fullName)),
    rows: items.map((one) => ({
      repositoryId: one.repositoryId,
      name: `${one.fullName} (${one.host})`,
      commits: count(one.commits),
      last: ago(one.lastCommitAt),
    })),
  };
}

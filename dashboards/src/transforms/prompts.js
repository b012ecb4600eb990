import { choice, kindName, when } from './helpers.js';

/** Prompts as a table: what serves, and whether something newer waits. */
export default function transform(data) {
  return {
    choices: (data?.items ?? []).map(({ name }) => choice(name, kindName(name))),
    rows: (data?.items ?? []).map((prompt) => {
      const production = prompt.labels.find(({ label }) => label === 'production');
      return {
        name: prompt.name,
        title: kindName(prompt.name),
        description: prompt.description,
        production: production?.version ?? 0,
        latest: prompt.latestVersion,
        state: prompt.held
          ? 'held'
          : prompt.latestVersion > (production?.version ?? 0)
            ? 'newer version available'
            : 'up to date',
        moved: production ? when(production.movedAt) : '—',
      };
    }),
  };
}

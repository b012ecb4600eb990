import { figure } from './helpers.js';

/** How much waits for a reviewer. */
export default function transform(data) {
  const kinds = data?.kinds;
  if (!kinds) return {};
  const sum = (key) => kinds.reduce((total, kind) => total + kind[key], 0);
  return {
    card: figure(
      'Reviews',
      `${sum('open')} open`,
      `${sum('claimed')} in somebody's hands, ${sum('done')} done`,
    ),
  };
}

import { choice } from './helpers.js';

/** Weeks that count, newest first, as choices of a filter. */
export default function transform(data) {
  const official = (data?.items ?? []).filter(({ dryRun }) => !dryRun).map(({ week }) => week);
  return {
    weeks: [...new Set(official)]
      .sort()
      .reverse()
      .map((week) => choice(week, week)),
  };
}

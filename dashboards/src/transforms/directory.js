import { choice } from './helpers.js';

/** Builders by their ids, and the teams that they are in, for lists and names on other pages. */
export default function transform(data) {
  const items = data?.items ?? [];
  const teams = [...new Set(items.map(({ team }) => team))].sort();
  return {
    names: Object.fromEntries(items.map(({ builderId, name }) => [builderId, name])),
    teams: teams.map((team) => choice(team, team)),
  };
}

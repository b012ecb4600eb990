import { badge, esc, fact, factName, words } from './helpers.js';

/** `3 days`, `2 hours` or `5 minutes`. */
const uptime = (seconds) => {
  const [size, unit] = seconds >= 86400 ? [86400, 'day'] : seconds >= 3600 ? [3600, 'hour'] : [60, 'minute'];
  const number = Math.floor(seconds / size);
  return `${number} ${unit}${number === 1 ? '' : 's'}`;
};

const SOURCE_NAMES = { worksmart: 'WorkSmart', brainlift: 'BrainLift', metrics: 'Metrics' };

/** What runs: version, engine, drivers, sources. */
export default function transform(data) {
  if (!data?.version) return {};
  const sources = Object.entries(data.sources ?? {}).map(
    ([name, state]) =>
      `${esc(SOURCE_NAMES[name] ?? name)}: ${badge(state, state === 'connected' ? 'good' : 'neutral')}`,
  );
  const drivers = Object.entries(data.drivers ?? {}).map(
    ([what, driver]) => `${esc(words(factName(what)))}: ${esc(driver)}`,
  );
  return {
    card: `<div style="padding:4px 8px">${fact('Version', esc(data.version))}${fact('Engine', data.engine === 'model' ? `Rules and ${esc(data.model)}` : 'Rules only; no model is configured')}${fact('Uptime', uptime(data.uptimeSeconds))}</div>`,
    sources: `<div style="padding:4px 8px">${fact('Sources', sources.join('<br>') || '—')}${fact('Drivers', drivers.join('<br>'))}</div>`,
  };
}

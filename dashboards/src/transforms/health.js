import { badge, esc, fact } from './helpers.js';

/** What runs: version, engine, drivers, sources. */
export default function transform(data) {
  if (!data?.version) return {};
  const sources = Object.entries(data.sources ?? {}).map(
    ([name, state]) => `${esc(name)}: ${badge(state, state === 'connected' ? 'good' : 'neutral')}`,
  );
  const drivers = Object.entries(data.drivers ?? {}).map(([what, driver]) => `${esc(what)}: ${esc(driver)}`);
  const days = Math.floor(data.uptimeSeconds / 86400);
  return {
    card: `<div style="padding:4px 8px">${fact('Version', esc(data.version))}${fact('Who decides', data.engine === 'model' ? `Rules, then ${esc(data.model)}` : 'Rules alone; no model is configured')}${fact('Up for', days > 0 ? `${days} days` : `${Math.floor(data.uptimeSeconds / 3600)} hours`)}</div>`,
    sources: `<div style="padding:4px 8px">${fact('Where weekly facts come from', sources.join('<br>') || '—')}${fact('What the installation runs on', drivers.join('<br>'))}</div>`,
  };
}

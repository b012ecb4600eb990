import { bytes, figure, stateName, when } from './helpers.js';

/** Versions that are held back, as a table. */
export default function transform(data) {
  const items = data?.items ?? [];
  const quarantined = items.filter(({ state }) => state === 'quarantined').length;
  return {
    countCard: figure('Held back', String(items.length), `${quarantined} in quarantine`),
    rows: items.map((one) => ({
      fileId: one.fileId,
      name: one.name,
      version: one.version,
      state: stateName(one.state),
      reason: one.reason ?? '—',
      origin: one.origin,
      size: bytes(one.bytes),
      by: one.uploadedBy,
      when: when(one.uploadedAt),
    })),
  };
}

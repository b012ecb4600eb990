import { bytes, stateName, when } from './helpers.js';

/** Files as a table. */
export default function transform(data) {
  const items = data?.items ?? [];
  return {
    isPending: items.some(({ state }) => state === 'scanning'),
    rows: items.map((one) => ({
      fileId: one.fileId,
      name: one.name,
      category: one.category,
      state: stateName(one.state),
      size: bytes(one.bytes),
      owner: one.owner,
      updated: when(one.updatedAt),
    })),
  };
}

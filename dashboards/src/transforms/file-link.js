import { bytes, esc, when } from './helpers.js';

/** The link that downloads a file. */
export default function transform(data) {
  if (!data?.file) return {};
  return {
    card: `<a href="${esc(data.file.url)}" target="_blank" rel="noopener">Download ${esc(data.file.name)}, version ${data.version}</a> (${bytes(data.bytes)}, until ${when(data.expiresAt)})`,
  };
}

import { bytes, esc, when } from './helpers.js';

/** The link that downloads a file. */
export default function transform(data) {
  if (!data?.file) return { line: '' };
  return {
    line: `<a href="${esc(data.file.url)}" target="_blank" rel="noopener">Download version ${data.version}</a> (${bytes(data.bytes)}, until ${when(data.expiresAt)})`,
  };
}

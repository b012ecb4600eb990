import { when } from './helpers.js';

/** The link to a shared conversation. */
export default function transform(data) {
  return { line: data?.url ? `${data.url} (until ${when(data.expiresAt)})` : '' };
}

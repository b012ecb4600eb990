import { esc, heading, padded, quiet } from './helpers.js';

/** A template as it looks: the body of its e-mail, or else its text. */
export default function transform(data) {
  if (typeof data?.subject !== 'string') return {};
  const body = /<body[^>]*>([\s\S]*)<\/body>/.exec(data.html ?? '')?.[1];
  const shown = body
    ? body.replace(/<!--[\s\S]*?-->/g, '')
    : `<div style="white-space:pre-wrap">${esc(data.text)}</div>`;
  return {
    card: padded(`${heading(data.subject)}${quiet(esc(data.summary))}<hr>${shown}`),
  };
}

import { actorName, bytes, esc, padded, prose, quiet, reportName, when } from './helpers.js';

const part = (title, text) => `<div style="margin-top:8px"><strong>${title}</strong><br>${prose(text)}</div>`;

/** A report with what it covers, what it does not, and links to its files. */
export default function transform(data) {
  if (!data?.reportId) return { card: '' };
  const files = (data.files ?? [])
    .map(
      (file) =>
        `<div><a href="${esc(file.url)}" target="_blank" rel="noopener">Download ${esc(file.name)}</a> (${bytes(file.bytes)})</div>`,
    )
    .join('');
  const links = files || quiet('Its files are deleted.');
  return {
    card: padded(
      `<div><strong>${esc(reportName(data.kind))}</strong></div>${quiet(`${esc(data.basis)}; ${esc((data.controls ?? []).join(', '))}; made by ${esc(actorName(data.madeBy))}, ${when(data.madeAt)}`)}${part('Covers', data.covers)}${part('Does not cover', data.notCovered)}<div style="margin-top:8px">${links}</div>${files ? quiet(`The links are valid until ${when(data.expiresAt)}.`) : ''}`,
    ),
  };
}

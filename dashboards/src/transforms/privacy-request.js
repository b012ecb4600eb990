import { actorName, count, esc, padded, quiet, when, withNames } from './helpers.js';

/** Steps whose numbers are no records: what was found before, and the place of the entry in the audit trail. */
const NO_RECORDS = ['count', 'audit entry'];

/** One request: its file, what was done where, and what was not reached. */
export default function transform(data, { queries } = {}) {
  if (!data?.requestId) return { card: '' };
  const done = (data.steps ?? [])
    .filter(({ step }) => !NO_RECORDS.includes(step))
    .flatMap(({ counts }) => Object.entries(counts).filter(([, n]) => n > 0));
  const total = done.reduce((sum, [, n]) => sum + n, 0);
  const file = data.file
    ? `<div><a href="${esc(data.file.url)}" target="_blank" rel="noopener">Download ${esc(data.file.name)}</a>, until ${esc(when(data.fileUntil))}</div>`
    : '';
  const error = data.error ? `<div><strong>Failed:</strong> ${esc(data.error)}</div>` : '';
  const refusal = data.refusal ? `<div><strong>Refused:</strong> ${esc(data.refusal)}</div>` : '';
  const steps = done.length > 0 ? `<div>${count(total)} records in ${count(done.length)} places.</div>` : '';
  const left = (data.notReached ?? []).map(
    ({ what, until }) => `<li>${esc(what)}${until ? `, until ${esc(when(until))}` : ''}</li>`,
  );
  const missed = left.length > 0 ? `<div>Not reached:</div><ul>${left.join('')}</ul>` : '';
  const by = `Recorded by ${esc(actorName(data.requestedBy))}${data.confirmedBy ? `, confirmed by ${esc(data.confirmedBy)}` : ''}. Identity: ${esc(data.verification)}`;
  return {
    card: padded(
      `<div><strong>${esc(withNames(queries?.directory?.data?.names, data.subject))}</strong></div>${error}${refusal}${file}${steps}${missed}${quiet(by)}`,
    ),
  };
}

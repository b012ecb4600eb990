import { badge, esc, heading, noticeText, padded, quiet } from './helpers.js';

const lines = (sign, tone, changed) =>
  changed.map((one) => `<div>${badge(sign, tone)} ${esc(one)}</div>`).join('');

/** What the notice of a kind says now, after what differs from the published version. */
export default function transform(data) {
  if (!data?.kind) return { card: '' };
  const { title, sections, changes, isCurrent, publishedVersion, digest, inForceLines } = data;
  const state = isCurrent
    ? quiet(`Published as version ${publishedVersion}.`)
    : publishedVersion === null
      ? quiet('Not published yet.')
      : quiet(`Changed since version ${publishedVersion} was published.`);
  const differs =
    isCurrent || publishedVersion === null
      ? ''
      : changes
          .map(
            ({ heading: part, added, removed }) =>
              `<div style="padding:6px 0"><strong>${esc(part)}</strong>${lines('new', 'good', added)}${lines('gone', 'bad', removed)}</div>`,
          )
          .join('');
  return {
    digest,
    isCurrent,
    isPublished: publishedVersion !== null,
    card: padded(`${heading(title)}${state}${differs}${noticeText(sections, inForceLines)}`),
  };
}

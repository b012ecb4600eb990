import { heading, noticeText, padded, quiet, when } from './helpers.js';

/** The published notices as the signed-in builder reads them. */
export default function transform(data) {
  const notices = data?.items ?? [];
  return {
    first: (notices.find(({ state }) => state === 'open') ?? notices[0])?.kind ?? '',
    rows: notices.map(({ kind, title, version, state }) => ({
      kind,
      title,
      version: String(version),
      state,
    })),
    byKind: Object.fromEntries(
      notices.map((one) => [
        one.kind,
        {
          version: one.version,
          isAcknowledged: one.state === 'acknowledged',
          card: padded(
            `${heading(one.title)}${quiet(stateOf(one))}${noticeText(one.sections, one.inForceLines)}`,
          ),
        },
      ]),
    ),
  };
}

function stateOf({ version, publishedAt, acknowledgedAt, informedOn }) {
  const published = `Version ${version}, published ${when(publishedAt)}.`;
  if (acknowledgedAt) return `${published} Acknowledged ${when(acknowledgedAt)}.`;
  return informedOn
    ? `${published} The company recorded that you were informed on ${informedOn}.`
    : published;
}

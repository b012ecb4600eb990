import { esc, when } from './helpers.js';

/** Topics that several people ask about, as a table, with their examples as a list. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((gap) => ({
      gapId: gap.gapId,
      topic: gap.topic,
      shared: gap.shared ?? '—',
      people: gap.people,
      conversations: gap.conversations,
      last: when(gap.lastAsked),
      examples: gap.examples.map(({ title }) => title).join('\n'),
      markup: `<ul style="margin:0;padding-left:18px">${gap.examples
        .map(
          ({ title, askedAt }) =>
            `<li style="padding:4px 0">${esc(title)} <span style="color:#667085">${esc(when(askedAt))}</span></li>`,
        )
        .join('')}</ul>`,
    })),
  };
}

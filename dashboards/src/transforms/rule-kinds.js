import { choice, esc, kindName } from './helpers.js';

const kindCard = ({ kind, facts, functions }) =>
  `<div style="margin-bottom:16px"><div style="font-weight:600;color:#101828">${esc(kindName(kind))}</div>${facts
    .map(
      ({ path, type, description, example, untrusted }) =>
        `<div style="border-top:1px solid #EAECF0;padding:4px 0"><code>${esc(path)}</code> ${esc(type)}: ${esc(description)} <span style="color:#667085">Example: ${esc(example)}.${untrusted ? ' Untrusted: written by users.' : ''}</span></div>`,
    )
    .join(
      '',
    )}${functions.map(({ signature, description }) => `<div style="border-top:1px solid #EAECF0;padding:4px 0"><code>${esc(signature)}</code> ${esc(description)}</div>`).join('')}</div>`;

/** What rules may speak about, by kind of judgement. */
export default function transform(data) {
  const items = data?.items ?? [];
  return items.length === 0
    ? {}
    : {
        card: `<div style="padding:4px 8px">${items.map(kindCard).join('')}</div>`,
        kinds: items.map(({ kind }) => choice(kind, kindName(kind))),
        criteria: Object.fromEntries(
          items.map(({ kind, criteria }) => [kind, criteria.map(({ id, title }) => choice(id, title))]),
        ),
        facts: Object.fromEntries(
          items.map(({ kind, facts }) => [
            kind,
            facts.map(({ path, type, description }) => choice(`${path}|${type}`, `${path}: ${description}`)),
          ]),
        ),
        deciding: items.filter(({ decides }) => decides).map(({ kind }) => choice(kind, kindName(kind))),
      };
}

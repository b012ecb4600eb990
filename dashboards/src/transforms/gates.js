import { actorName, block, esc, padded, quiet } from './helpers.js';

const criterion = (one) =>
  `<div>${one.required ? '' : 'Optional: '}${esc(one.title)}${quiet(esc(one.kind === 'measure' ? one.when : one.question))}</div>`;

/** What a project has to show at each gate. */
export default function transform(data) {
  const items = data?.items ?? [];
  if (items.length === 0) return {};
  return {
    card: padded(
      items
        .map((gate) =>
          block(
            `<strong style="color:#101828">${esc(gate.name)}</strong>${quiet(`${esc(gate.fromStage)} → ${esc(gate.toStage)}, version ${gate.version}, by ${esc(actorName(gate.changedBy))}`)}${gate.criteria.map(criterion).join('')}`,
          ),
        )
        .join(''),
    ),
  };
}

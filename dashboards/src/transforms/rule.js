import { badge, conditionWords, esc, fact, heading, kindName, padded, words } from './helpers.js';

const DEFINITION = ['key', 'criterion', 'priority', 'when', 'score', 'weight', 'message', 'review'];

/** One rule, with its definition apart from what the platform knows about it. */
export default function transform(data) {
  if (!data?.key) return {};
  const definition = Object.fromEntries(DEFINITION.map((name) => [name, data[name]]));
  return {
    kind: data.kind,
    key: data.key,
    version: data.version,
    definition,
    card: padded(
      `${heading(words(data.key))}<div style="margin:8px 0">${badge(kindName(data.kind), 'neutral')} ${badge(`version ${data.version}`, 'neutral')}</div>${fact('Applies when', esc(conditionWords(data.when)))}`,
    ),
  };
}

import { block, count, esc, fact, padded, quiet } from './helpers.js';

const list = (paths) => paths.map((path) => esc(path)).join(', ') || 'none';

/** What a version would have done to stored instances. */
export default function transform(data) {
  if (!data?.name) return {};
  const cases = data.cases
    .slice(0, 20)
    .map((one) =>
      block(
        `${esc(one.before ?? 'given input')} → <b>${esc(one.after)}</b>${quiet(`more steps: ${list(one.added)} · fewer: ${list(one.removed)}${one.error ? ` · ${esc(one.error)}` : ''}`)}`,
      ),
    );
  return {
    card: padded(
      `${fact('Instances', `${count(data.instances)} walked through, ${count(data.changed)} would go otherwise`)}${cases.join('')}`,
    ),
  };
}

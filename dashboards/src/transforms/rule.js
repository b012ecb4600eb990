const DEFINITION = ['key', 'criterion', 'priority', 'when', 'score', 'weight', 'message', 'review'];

/** One rule, with its definition apart from what the platform knows about it. */
export default function transform(data) {
  if (!data?.key) return {};
  const definition = Object.fromEntries(DEFINITION.map((name) => [name, data[name]]));
  return { kind: data.kind, key: data.key, version: data.version, definition };
}

const actions = new Set<() => void>();

/**
 * Keeps an action for the case that the benchmark is interrupted; what was kept last is done first. Answers how
 * to forget it, for when the work was done in the ordinary way.
 */
export function atExit(action: () => void): () => void {
  actions.add(action);
  return () => void actions.delete(action);
}

process.once('exit', () => {
  for (const action of [...actions].toReversed()) action();
});
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

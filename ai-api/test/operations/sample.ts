import { allOperations, type OperationId } from './step.ts';

/**
 * The operations that a generated form has to carry out itself: all that write, and of those that read the first list
 * and the first single row of each resource, and every one with files. The other reads differ by path alone.
 */
export const SAMPLE: ReadonlySet<OperationId> = new Set(sample());

function* sample(): Generator<OperationId> {
  const seen = new Set<string>();
  for (const [id, op] of allOperations()) {
    const kind = `${id.slice(0, id.indexOf('.'))} ${op.list ? 'list' : 'row'}`;
    const isFirst = !seen.has(kind);
    if (op.method === 'GET') seen.add(kind);
    if (op.composable !== false && (op.method !== 'GET' || op.files || isFirst)) yield id;
  }
}

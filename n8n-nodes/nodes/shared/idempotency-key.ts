import { createHash, randomUUID } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';

/**
 * A key that names one action of one node on one item, the same whenever n8n tries the node again, so
 * that the API acts once.
 *
 * Another instance, execution, node, loop iteration (run) or item gives another key. The parameters are
 * left out on purpose: an expression such as `$now` must not turn a retry into a second action.
 */
export function idempotencyKeys(context: IExecuteFunctions): (itemIndex: number) => string {
  let scope: unknown[] | undefined;
  return (itemIndex) => {
    scope ??= scopeOf(context);
    const digest = createHash('sha256')
      .update(JSON.stringify([...scope, itemIndex]))
      .digest('hex');
    return `n8n-${digest.slice(0, 40)}`;
  };
}

function scopeOf(context: IExecuteFunctions): unknown[] {
  return [
    context.getInstanceId(),
    context.getWorkflow().id,
    context.getExecutionId() || randomUUID(),
    context.getNode().name,
    context.getWorkflowDataProxy(0).$runIndex,
  ];
}

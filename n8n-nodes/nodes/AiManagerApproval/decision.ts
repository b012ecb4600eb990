import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

/** A decision as the API answers it; the parts that matter here. */
export interface Decision extends IDataObject {
  decisionId: string;
  title: string;
  status: 'pending' | 'approved' | 'declined' | 'expired' | 'cancelled';
  reference: string | null;
  reason: string | null;
  decidedAt: string | null;
  decidedBy: IDataObject | null;
  expiresAt: string;
}

const OUTPUTS = 3;
const OUTPUT_OF: Record<string, number> = { approved: 1, declined: 2 };

/** The item that goes on, at the output of its status: no decision, approved, declined. */
export function outputsOf(decision: Decision): INodeExecutionData[][] {
  const { decisionId, title, status, reason, decidedAt, decidedBy, expiresAt } = decision;
  const json = { decisionId, title, status, reason, decidedAt, decidedBy, expiresAt };
  const chosen = OUTPUT_OF[status] ?? 0;
  return Array.from({ length: OUTPUTS }, (_, output) =>
    output === chosen ? [{ json, pairedItem: { item: 0 } }] : [],
  );
}

/** Where an execution waits: what the API keeps as the decision's reference, without the turn of a loop. */
export function placeOf(instanceId: string, workflowId: string, executionId: string, nodeId: string): string {
  return `n8n/${instanceId.slice(0, 12)}/${workflowId}/${executionId}/${nodeId}/`;
}

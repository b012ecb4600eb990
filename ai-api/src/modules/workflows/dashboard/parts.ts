import type { PartName } from './contract.ts';

/** A read that a part shows. */
export interface Part {
  operation: string;
  input: Record<string, unknown>;
  /** For so many seconds a part is not read again. */
  keepSeconds: number;
  /** Whether what it shows depends on who asks, not on their roles alone. */
  isPersonal?: true;
}

/** Each part is a read that exists: who may call it sees the part. */
export const PART_READS: Record<PartName, Part> = {
  evaluation: { operation: 'evaluation.listRuns', input: { limit: 1 }, keepSeconds: 15 },
  approvals: { operation: 'approval.counts', input: {}, keepSeconds: 5, isPersonal: true },
  decisions: { operation: 'decision.list', input: { status: 'pending', limit: 10 }, keepSeconds: 5 },
  workflows: { operation: 'workflow.count', input: {}, keepSeconds: 5 },
  failures: {
    operation: 'workflow.list',
    input: { state: 'compensation_failed', limit: 10 },
    keepSeconds: 5,
  },
  gates: { operation: 'stageGate.listEvaluations', input: { limit: 5 }, keepSeconds: 30, isPersonal: true },
  plans: {
    operation: 'plan.list',
    input: { status: 'active', limit: 10 },
    keepSeconds: 30,
    isPersonal: true,
  },
  usage: { operation: 'usage.getBudget', input: {}, keepSeconds: 60 },
  me: { operation: 'identity.whoami', input: {}, keepSeconds: 60, isPersonal: true },
};

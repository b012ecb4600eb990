import { approvalKind } from '../modules/manager/approvals/index.ts';
import { evaluationKind, projectKind } from '../modules/manager/evaluations/index.ts';

/** Every kind of judgement that has rules of its own. */
export const KINDS = [evaluationKind, projectKind, approvalKind];

import { approvalKind } from '../modules/approvals/index.ts';
import { evaluationKind, projectKind } from '../modules/evaluations/index.ts';

/** Every kind of judgement that has rules of its own. */
export const KINDS = [evaluationKind, projectKind, approvalKind];

import { decide } from '../../ai-api/src/judgement/decide.ts';
import type { JudgementView } from '../../ai-api/src/judgement/index.ts';
import type { Decides } from '../../ai-api/src/judgement/kind.ts';
import { DEFAULT_THRESHOLDS, type Thresholds } from '../../ai-api/src/judgement/thresholds.ts';
import { approvalKind } from '../../ai-api/src/modules/manager/approvals/kind.ts';
import type { Outcome } from './outcomes.ts';

/** What people would have granted, and what the engine did with it. */
export interface Tally {
  requests: number;
  /** Grants of people that an approver could know, and how many of them the engine granted too. */
  toGrant: number;
  granted: number;
  /** Of all grants, those that people would refuse and the records show. */
  grants: number;
  wrongKnown: number;
  wrongUnknown: number;
  proposals: number;
  wrongProposals: number;
  wrongProposalsKnown: number;
}

/** Counts decisions by what an approver could have known. */
export function tallyOf(outcomes: readonly Outcome[]): Tally {
  const count = (test: (one: Outcome) => boolean) => outcomes.filter(test).length;
  const isGrant = ({ decision }: Outcome) => decision === 'approve';
  const isRefusal = ({ decision }: Outcome) => decision === 'reject';
  const wanted = ({ request }: Outcome) => request.label === 'approve';
  const knowable = ({ request }: Outcome) => request.isKnowable;
  return {
    requests: outcomes.length,
    toGrant: count((one) => wanted(one) && knowable(one)),
    granted: count((one) => wanted(one) && knowable(one) && isGrant(one)),
    grants: count(isGrant),
    wrongKnown: count((one) => isGrant(one) && !wanted(one) && knowable(one)),
    wrongUnknown: count((one) => isGrant(one) && !wanted(one) && !knowable(one)),
    proposals: count(isRefusal),
    wrongProposals: count((one) => isRefusal(one) && wanted(one)),
    wrongProposalsKnown: count((one) => isRefusal(one) && wanted(one) && knowable(one)),
  };
}

/** What the same judgements come to at another threshold. */
export function at(outcomes: readonly Outcome[], yesAt: number): Outcome[] {
  const thresholds: Thresholds = { ...DEFAULT_THRESHOLDS, yesAt };
  return outcomes.map((one) => ({ ...one, decision: decisionAt(one.judgement, thresholds) }));
}

function decisionAt(
  { criteria, score, reviewReasons }: JudgementView,
  thresholds: Thresholds,
): Outcome['decision'] {
  const asks = reviewReasons.filter((reason) => criteria.some((criterion) => criterion.reason === reason));
  const decides = approvalKind.decides as Decides;
  const { outcome, proposed, incomplete } = decide(
    approvalKind.criteria,
    criteria,
    score,
    decides,
    thresholds,
    asks,
  );
  if (incomplete.length > 0) return 'incomplete';
  if (proposed === 'reject') return 'reject';
  return outcome === 'approve' ? 'approve' : 'review';
}

const GRID = Array.from({ length: 50 }, (_, index) => Math.round(50 + index) / 100);
/** Of grants, the share that may be wrong where an approver could have known. */
const MAX_WRONG = 0.02;

/** The threshold with which most is granted while no more than the share above is wrong; the one in force where none keeps it. */
export function fitThreshold(outcomes: readonly Outcome[]): number {
  const kept = GRID.map((yesAt) => ({ yesAt, tally: tallyOf(at(outcomes, yesAt)) })).filter(
    ({ tally }) => tally.grants > 0 && tally.wrongKnown <= MAX_WRONG * tally.grants,
  );
  const most = Math.max(...kept.map(({ tally }) => tally.granted));
  return kept.findLast(({ tally }) => tally.granted === most)?.yesAt ?? DEFAULT_THRESHOLDS.yesAt;
}

/** Points of the curve of grants and errors by threshold. */
export function curveOf(outcomes: readonly Outcome[]): { yesAt: number; tally: Tally }[] {
  return [0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.95, 0.98].map((yesAt) => ({
    yesAt,
    tally: tallyOf(at(outcomes, yesAt)),
  }));
}

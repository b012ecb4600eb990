import { invalidField, Problem } from '../../../http/problem.ts';
import {
  activeThresholds,
  appendThresholds,
  coverageErrorCurve,
  DEFAULT_THRESHOLDS,
  type DecidedCase,
  fitCurve,
  type Kind,
  pastJudgements,
  probabilityOf,
  type Thresholds,
} from '../../../judgement/index.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, displayName, record } from '../../shared/audit/index.ts';
import { brier, wilson } from '../quality/index.ts';

/** Fewer say nothing about a curve with two parameters and a share of a few percent. */
const MIN_CASES = 30;
const MAX_CASES = 5000;

const NOTES = [
  'People decide mostly what the engine was not sure about, so the cases lean to the difficult ones; what they confirmed or overturned in the audit of automatic decisions is in here too.',
  'Fitted and measured on the same cases: expect a little more error on new ones.',
];

const PROOF_NOTE =
  'No score makes a yes of this kind, only a proof: the curve counts what would be a no, and the threshold for a yes stays.';

/** Thresholds that a person puts in force; what is left out of the curve stays. */
export interface AppliedThresholds {
  yesAt: number;
  noAt: number;
  slope?: number | undefined;
  intercept?: number | undefined;
  expectedVersion: number;
  reason: string;
}

/** Thresholds of kinds that decide: proposed from what people decided, put in force by a person. */
export function createCalibration(database: Database, kindOf: (name: string) => Kind, now: () => Date) {
  const deciding = (name: string) => {
    const { decides } = kindOf(name);
    if (!decides) throw new Problem('NOT_FOUND', `Judgements of kind ${name} grade; they decide nothing.`);
    return decides;
  };

  return {
    calibration: (tenantId: string, kind: string, maxError: number) =>
      database.withTenant(tenantId, async (transaction) => {
        const { yes, no, yesByProof = false } = deciding(kind);
        const inForce = await activeThresholds(transaction, kindOf(kind), now());
        const past = await pastJudgements(transaction, { kind, limit: MAX_CASES, corrected: true });
        const cases = past.flatMap(({ score, human, criteria }): DecidedCase[] => {
          const outcome = human?.outcome ?? null;
          const isOpen = criteria.some(({ verdict }) => verdict !== 'scored');
          if (score === null || isOpen || (outcome !== yes && outcome !== no)) return [];
          return [{ score, yes: outcome === yes }];
        });
        const { fitted, points, proposal, status } = proposeThresholds(
          cases,
          inForce,
          maxError,
          yesByProof ? 'no' : 'both',
        );
        return {
          kind,
          inForce,
          cases: cases.length,
          status,
          proposal,
          brier: { before: brierOf(cases, inForce), after: fitted && brierOf(cases, fitted) },
          curve: points,
          notes: yesByProof ? [...NOTES, PROOF_NOTE] : NOTES,
        };
      }),

    /** @throws {Problem} INVALID_INPUT for a kind whose yes takes a proof and a `yesAt` below the one that it comes with */
    applyThresholds: (actor: Actor, kind: string, given: AppliedThresholds) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const { yesAt } = kindOf(kind).thresholds ?? DEFAULT_THRESHOLDS;
        if (deciding(kind).yesByProof && given.yesAt < yesAt)
          throw invalidField(
            'yesAt',
            `must not be below ${yesAt}: no score makes a yes of this kind, only a proof`,
          );
        const inForce = await activeThresholds(transaction, kindOf(kind), now());
        return applyThresholds(transaction, actor, kind, inForce, given);
      }),
  };
}

/**
 * Puts thresholds of a kind in force in place of others, and records it.
 * @throws {Problem} CONFLICT when others are in force by now
 */
export async function applyThresholds(
  transaction: TenantTransaction,
  actor: Actor,
  kind: string,
  inForce: Thresholds,
  { expectedVersion, reason, ...given }: AppliedThresholds,
): Promise<Thresholds> {
  const conflict = () =>
    new Problem('CONFLICT', `Version ${inForce.version} is in force by now. Reload it first.`);
  if (inForce.version !== expectedVersion) throw conflict();
  const { yesAt, noAt, slope = inForce.slope, intercept = inForce.intercept } = given;
  const applied: Thresholds = { version: inForce.version + 1, yesAt, noAt, slope, intercept };
  if (!(await appendThresholds(transaction, kind, applied, reason, displayName(actor)))) throw conflict();
  await record(transaction, actor, {
    subject: `thresholds:${kind}`,
    details: [{ about: [], content: { before: inForce, after: applied, reason } }],
  });
  return applied;
}

/**
 * Thresholds whose share of wrong decisions is likely below `maxError`, from what people decided.
 * @param side `no` for kinds in which a score decides no yes: the threshold for it stays
 */
export function proposeThresholds(
  cases: readonly DecidedCase[],
  inForce: Thresholds,
  maxError: number,
  side: 'both' | 'no' = 'both',
) {
  const enough = cases.length >= MIN_CASES;
  const fitted = enough ? fitCurve(cases) : null;
  const curve = fitted ?? inForce;
  const points = coverageErrorCurve(cases, (score) => probabilityOf(score, curve), side).map(
    ({ threshold, coverage, wrong, decided }) => ({
      threshold,
      coverage,
      error: decided === 0 ? null : wrong / decided,
      errorUpper: wilson(wrong, decided)?.[1] ?? null,
    }),
  );
  // Thresholds in force are above one half.
  const best = points.find(
    ({ threshold, errorUpper }) => threshold > 0.5 && errorUpper !== null && errorUpper <= maxError,
  );
  const yesAt = side === 'no' ? inForce.yesAt : best?.threshold;
  const proposal = fitted && best && yesAt !== undefined ? { ...fitted, yesAt, noAt: best.threshold } : null;
  return { fitted, points, proposal, status: statusOf(enough, proposal !== null) };
}

function statusOf(enough: boolean, proposed: boolean) {
  if (!enough) return 'insufficient evidence' as const;
  return proposed ? ('proposed' as const) : ('no threshold is good enough' as const);
}

function brierOf(
  cases: readonly DecidedCase[],
  curve: Pick<Thresholds, 'slope' | 'intercept'>,
): number | null {
  return brier(cases.map(({ score, yes }) => ({ confidence: probabilityOf(score, curve), correct: yes })));
}

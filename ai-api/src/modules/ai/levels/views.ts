import {
  casesNeeded,
  type Level,
  type LevelPoint,
  type LevelRecord,
  lowerBound,
  probabilityOf,
  type Thresholds,
} from '../../../judgement/index.ts';
import { besideOf, casesFrom, labelledOf, reaches, type SeenCase } from './fit.ts';
import { changesSince, type Seen } from './next-state.ts';

const NOTES = [
  'The promise is about how often one fit errs, on cases like those that people decided. It is fitted anew every night, which makes an error likelier. It says nothing about a single request.',
  'People decide mostly what the engine was not sure about, so agreement on these cases is rather lower than on all; who sees a reading of the engine may be led by it.',
];

/** A level with its curve, and what it would have granted beside what people did. */
export function levelView(
  kind: string,
  newest: LevelRecord | null,
  level: Level & { casesFrom: Date | null },
  seen: Seen,
  thresholds: Thresholds,
) {
  const { cases } = seen.evidence;
  const counted = casesFrom(cases, level.casesFrom);
  const isMeasured = newest?.state === 'on' || newest?.state === 'shadow';
  const changed = newest && isMeasured ? changesSince(newest, seen) : [];
  const score = newest?.score ?? null;
  return {
    ...(newest ? versionView(newest) : unset(kind)),
    decidesNow: newest?.state === 'on' && changed.length === 0,
    changed,
    bare: { version: thresholds.version, yesAt: thresholds.yesAt },
    fit: {
      confidence: level.confidence,
      agreement: level.agreement,
      score: seen.fitted.score,
      judged: counted.length,
      cases: labelledOf(counted).length,
      casesNeeded: casesNeeded(level),
      curve: seen.fitted.points
        .filter((point) => point.cases > 0 || counted.some((one) => reaches(one, point.score)))
        .map((point) => pointView(point, counted, level, thresholds)),
    },
    beside: newest && score !== null ? besideOf(cases, score, newest.since) : null,
    notes: NOTES,
  };
}

function pointView(
  { score, cases, agreed, isKept }: LevelPoint,
  judged: readonly SeenCase[],
  { confidence }: Level,
  thresholds: Thresholds,
) {
  const granted = judged.filter((one) => reaches(one, score)).length;
  return {
    score,
    probability: probabilityOf(score, thresholds),
    coverage: judged.length === 0 ? 0 : granted / judged.length,
    cases,
    agreed,
    agreement: cases === 0 ? null : agreed / cases,
    agreementAtLeast: cases === 0 ? null : lowerBound(agreed, cases, confidence),
    kept: isKept,
  };
}

function unset(kind: string) {
  return {
    ...{ kind, version: 0, state: 'unset' as const, confidence: null, agreement: null, score: null },
    ...{ since: null, reason: null, setBy: null, setAt: null },
  };
}

export function versionView(level: LevelRecord) {
  const { kind, version, state, confidence, agreement, score, since, reason, setBy, setAt } = level;
  return {
    ...{ kind, version, state, confidence, agreement, score, reason, setBy },
    since: since.toISOString(),
    setAt: setAt.toISOString(),
  };
}

export function caseView({ judgementId, subjectId, createdAt, score, isGranted, agreed }: SeenCase) {
  return {
    judgementId,
    subjectId,
    judgedAt: createdAt.toISOString(),
    score: score ?? 0,
    granted: isGranted,
    people: agreed === null ? null : agreed ? ('agreed' as const) : ('disagreed' as const),
  };
}

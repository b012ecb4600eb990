import {
  breaksLevel,
  changedParts,
  type FittedLevel,
  type LevelRecord,
  type LevelState,
} from '../../../judgement/index.ts';
import { casesFrom, type Evidence, reaches } from './fit.ts';

/** What a level becomes, and why; what is left out stays. */
export interface Change extends Pick<LevelRecord, 'score' | 'measuredWith' | 'thresholdsVersion'> {
  state: LevelState;
  reason: string;
  casesFrom: Date | null;
}

/** What a level is held against. */
export interface Seen {
  evidence: Evidence;
  fitted: FittedLevel;
  /** Version of the thresholds in force. */
  thresholdsVersion: number;
}

/** What a level becomes by what was seen since, without any person; null where it stays as it is. */
export function nextState(level: LevelRecord, seen: Seen): Change | null {
  return level.state === 'on' ? withdrawn(level, seen) : refitted(level, seen);
}

/** A level that is on is withdrawn; its threshold never moves by itself. */
function withdrawn(level: LevelRecord, seen: Seen): Change | null {
  const { score, measuredWith, thresholdsVersion } = level;
  const kept = { state: 'withdrawn', score, measuredWith, thresholdsVersion } as const;
  const changed = changesSince(level, seen);
  if (changed.length > 0)
    return {
      ...kept,
      casesFrom: level.casesFrom,
      reason: `Changed since it was measured: ${changed.join(', ')}.`,
    };
  const drift = driftOf(level, seen.evidence);
  if (drift === null) return null;
  // Earlier cases no longer say anything about the ones to come.
  return { ...kept, casesFrom: level.since, reason: drift };
}

/** What of a level in force is otherwise than when it was measured, in words. */
export function changesSince(
  { measuredWith, thresholdsVersion }: Pick<LevelRecord, 'measuredWith' | 'thresholdsVersion'>,
  seen: Pick<Seen, 'evidence' | 'thresholdsVersion'>,
): string[] {
  return [
    ...changedParts(measuredWith, seen.evidence.current),
    ...(thresholdsVersion === seen.thresholdsVersion ? [] : ['the thresholds, set by a person']),
  ];
}

/**
 * Why people's decisions since a level was switched on speak against it; null where they do not. Those that were drawn by
 * chance speak for all grants. Others were looked at because something seemed wrong, so they are held against all grants.
 */
function driftOf(level: LevelRecord, { cases }: Evidence): string | null {
  const { score, since } = level;
  const granted = casesFrom(cases, since).filter(
    (one) => one.isGranted && score !== null && reaches(one, score),
  );
  const drawn = granted.filter(({ isDrawn, agreed }) => isDrawn && agreed !== null);
  const agreed = drawn.filter((one) => one.agreed).length;
  if (breaksLevel(level, agreed, drawn.length))
    return `Since it was switched on, people agreed with ${agreed} of ${drawn.length} spot checks.`;
  const overturned = granted.filter((one) => one.agreed === false).length;
  if (breaksLevel(level, granted.length - overturned, granted.length))
    return `Since it was switched on, people changed ${overturned} of ${granted.length} grants.`;
  return null;
}

/** A level that is not on follows the cases: a threshold that keeps it is found, is another one, or is gone. */
function refitted(level: LevelRecord, seen: Seen): Change | null {
  const { score, startsAt } = seen.fitted;
  const { current } = seen.evidence;
  const measured = { measuredWith: current, thresholdsVersion: seen.thresholdsVersion };
  if (score === null) {
    if (level.state !== 'shadow') return null;
    const reason = startsAt === null ? 'There are too few decided cases.' : 'No threshold keeps it any more.';
    return { ...measured, state: 'none', score, casesFrom: level.casesFrom, reason };
  }
  const isSame = level.state === 'shadow' && level.score === score && changesSince(level, seen).length === 0;
  if (isSame) return null;
  return {
    ...measured,
    state: 'shadow',
    score,
    casesFrom: level.casesFrom,
    reason: `It is kept from a score of ${score} on.`,
  };
}

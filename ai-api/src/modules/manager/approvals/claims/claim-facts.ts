import type { Held, HeldClaim } from '../../../../judgement/index.ts';
import type { Conflict, Finding } from './finding.ts';
import type { ClaimRecords } from './records.ts';
import { hoursTogether } from './spans.ts';
import type { ClaimStatement } from './statement.ts';

const WORK = ['activity', 'meeting', 'ticket', 'document'];
/** What a record would bear out if it were true. */
const CHECKABLE = ['meeting', 'ticket', 'document', 'project', 'colleague'];
/** Around a meeting there is something to prepare and to write down. */
const HOURS_AROUND = 0.5;
const MAX_SUMMARY = 700;

/** The facts that claims come to, once each was held against the records. */
export function claimFacts(
  statements: readonly ClaimStatement[],
  findings: readonly Finding[],
  dropped: number,
  hours: number,
  records: ClaimRecords,
): Held['facts'] {
  const has = (conflict: Conflict) => findings.some((one) => one.conflict === conflict);
  const of = (verdict: HeldClaim['verdict']) =>
    findings.filter(({ claim }) => claim.verdict === verdict).map(({ claim }) => claim);
  const found = [...new Set(findings.flatMap(({ by }) => by ?? []))];
  const supportedHours = hoursTogether(found, records);
  const hasUntimed = found.some(({ startedAt }) => startedAt === null);
  return {
    activity: statements.some(({ kind }) => WORK.includes(kind)),
    supported: of('supported').length,
    contradicted: of('contradicted').length,
    unknown: of('unknown').filter(({ kind }) => CHECKABLE.includes(kind)).length,
    projectOther: has('project'),
    dayOther: has('day'),
    hoursOther: has('hours'),
    timeOther: has('time'),
    whyNotTracked: statements.some(({ kind }) => kind === 'reason'),
    doubts: statements.filter(({ kind }) => kind === 'contradiction').length,
    supportedHours,
    coversHours: found.length > 0 && (hasUntimed || (supportedHours ?? 0) + HOURS_AROUND >= hours),
    dropped,
    borneOut: summary(of('supported')),
    against: summary(of('contradicted')),
    open: summary(of('unknown')),
  };
}

/** Each claim with its words and what it was held against, for reasons that people read. */
function summary(claims: readonly HeldClaim[]): string {
  const parts = claims.map(
    ({ words, record, note }) => `“${words}” (${record === null ? '' : `${record}: `}${note})`,
  );
  const text = parts.join('; ');
  return text.length > MAX_SUMMARY ? `${text.slice(0, MAX_SUMMARY - 1)}…` : text;
}

import type { Kind } from '../../../judgement/index.ts';
import {
  canBeReadAgain,
  type JudgeContext,
  openRulebook,
  type PastJudgement,
  pastJudgements,
  type ReplayedCase,
  type ReplayResult,
  type Rulebook,
  replay,
} from '../../../judgement/index.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { ResolvedPrompt } from '../../../models/prompt.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import type { CheckFinding, Replay } from './contract.ts';
import { notReplayed } from './seeds.ts';

/** So many cases are looked through for one that takes a model: most are decided by rules alone. */
const LOOKED_THROUGH = 20;
const MAX_CANDIDATES = 1000;

/** Everything that a replay needs, read in one transaction; the calls to the model come after it. */
export interface Prepared {
  past: PastJudgement[];
  after: Rulebook;
  before: Rulebook;
}

/** The newest past judgements that a model is needed for, and the two versions to judge them by. */
export async function prepareReplay(
  transaction: TenantTransaction,
  kind: Kind,
  model: ChatModel,
  versions: { before: ResolvedPrompt; after: ResolvedPrompt },
  { limit, asOf }: { limit: number; asOf: Date },
): Promise<Prepared> {
  const rulebook = (prompt: ResolvedPrompt) => openRulebook(transaction, kind, model, asOf, () => prompt);
  const after = await rulebook(versions.after);
  const looked = Math.min(MAX_CANDIDATES, limit * LOOKED_THROUGH);
  const newest = await pastJudgements(transaction, { kind: kind.name, limit: looked });
  const past = newest.filter((one) => canBeReadAgain(after, one)).slice(0, limit);
  return { past, after, before: await rulebook(versions.before) };
}

/** Judges them by both versions where that is needed. A model that fails leaves a check that says so. */
export async function carryOut(
  { past, after, before }: Prepared,
  options: { concurrency: number; context: JudgeContext },
): Promise<Replay> {
  if (past.length === 0) return notReplayed('No past judgement needed a model.');
  const result = await replay(past, { after, before, ...options });
  const replayed = result.cases.filter((one) => one.after !== null).length;
  const { changed, failed, tokensIn, tokensOut } = result;
  return {
    status: replayed === 0 ? 'not replayed' : result.isComplete && failed === 0 ? 'done' : 'partial',
    reason: reasonOf(result, past.length),
    cases: past.length,
    replayed,
    changed,
    failed,
    tokensIn,
    tokensOut,
    examples: examplesOf(result.cases),
  };
}

/** Changed and failed ones first. */
export function examplesOf(cases: readonly ReplayedCase[]): Replay['examples'] {
  const rank = ({ changed, failure }: ReplayedCase) => (changed ? 0 : failure ? 1 : 2);
  return cases
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, 50)
    .map(({ past, before, after, changed, failure }) => ({
      judgementId: past.judgementId,
      subjectId: past.subjectId,
      before,
      after,
      changed,
      failure: failure && `${failure.kind}: ${failure.message}`,
    }));
}

function reasonOf({ cases, isComplete }: ReplayResult, wanted: number): string | null {
  const failure = cases.find((one) => one.failure !== null)?.failure;
  if (failure) return `The model failed: ${failure.message}`;
  return isComplete ? null : `The time limit was reached after ${cases.length} of ${wanted}.`;
}

/** What a replay says about a version: an answer out of schema keeps it from serving, all else is reported. */
export function findingsOf(replayed: Replay): CheckFinding[] {
  const { status, reason, changed, failed, examples } = replayed;
  const broken = examples.filter(({ failure }) => failure?.startsWith('out_of_schema')).length;
  const findings: CheckFinding[] = [];
  const say = (severity: CheckFinding['severity'], rule: CheckFinding['rule'], message: string) =>
    findings.push({ severity, rule, message });
  if (broken > 0)
    say('error', 'schema', `In ${broken} of ${replayed.cases} cases the answer broke the schema.`);
  if (failed > broken) say('warning', 'replay', `${failed - broken} cases were not answered: ${reason}`);
  if (status === 'not replayed' && failed === 0) say('warning', 'replay', `Not replayed: ${reason}`);
  if (changed > 0) say('warning', 'replay', `${changed} of ${replayed.replayed} outcomes would change.`);
  else if (replayed.replayed > 0)
    say('info', 'replay', `None of ${replayed.replayed} outcomes would change.`);
  return findings;
}

import {
  canBeReadAgain,
  type Kind,
  openRulebook,
  type PastJudgement,
  pastJudgements,
  type ReplayResult,
  type Rulebook,
  replay,
} from '../../../judgement/index.ts';
import { type ChatModel, ModelError } from '../../../models/chat.ts';
import { readPrices } from '../../../models/ledger/index.ts';
import type { ResolvedPrompt } from '../../../models/prompt.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { unifiedDiff } from '../prompts/index.ts';
import { verdictsOfKind } from '../quality/index.ts';
import type { Progress, Proposal } from './contract.ts';
import { countRight, measure } from './measure.ts';
import { type Candidate, reflect } from './reflect.ts';
import { type CaseSets, correctedBy, MIN_HELD_OUT, splitCases } from './sets.ts';

/** Corrected and other judgements that are looked through. */
const LOOKED_THROUGH = 2000;

export interface Assignment {
  tenantId: string;
  kind: Kind;
  model: ChatModel;
  base: ResolvedPrompt;
  writer: ResolvedPrompt;
  supplied: readonly string[];
  instructions: string | null;
  splitBy: 'time' | 'person';
  candidates: number;
  cases: number;
  concurrency: number;
  /** Rules and thresholds of this time judge the cases. */
  startedAt: Date;
  signal: AbortSignal;
}

/** Why there is no proposal: nothing went wrong, but nothing can be said. */
export class InsufficientEvidence extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InsufficientEvidence';
  }
}

interface Cases {
  sets: CaseSets;
  rulebook: Rulebook;
  failures: PastJudgement[];
  heldOut: PastJudgement[];
  regression: PastJudgement[];
}

/** Reads and divides the cases. @throws {InsufficientEvidence} with too few to measure on */
export function chooseCases(database: Database, given: Assignment): Promise<Cases> {
  const { kind, model, base, splitBy, cases } = given;
  return database.withTenant(given.tenantId, async (transaction) => {
    const rulebook = await openRulebook(transaction, kind, model, given.startedAt, () => base);
    const wanted = { kind: kind.name, limit: LOOKED_THROUGH };
    const readable = (one: PastJudgement) => canBeReadAgain(rulebook, one);
    const { corrected, untouched } = await correctedAndOthers(transaction, wanted, readable);
    const sets = splitCases(corrected, untouched, splitBy, cases);
    const those = (ids: readonly string[], from: readonly PastJudgement[]) =>
      from.filter(({ judgementId }) => ids.includes(judgementId));
    return {
      sets,
      rulebook,
      failures: those(sets.failures, corrected),
      heldOut: those(sets.heldOut, corrected),
      regression: those(sets.regression, untouched),
    };
  });
}

/** Judgements that an override or every reviewer would have graded otherwise, and those without a correction. */
async function correctedAndOthers(
  transaction: TenantTransaction,
  wanted: { kind: string; limit: number },
  isReadable: (one: PastJudgement) => boolean,
): Promise<{ corrected: PastJudgement[]; untouched: PastJudgement[] }> {
  const verdicts = await verdictsOfKind(transaction, wanted.kind);
  const graded = [...verdicts]
    .filter(([, { grade }]) => grade !== null)
    .map(([id]) => id)
    .slice(-wanted.limit);
  const overridden = await pastJudgements(transaction, { ...wanted, corrected: true });
  const reviewed = await pastJudgements(transaction, { ...wanted, ids: graded });
  const byReviewers = reviewed
    .filter(({ human }) => human === null)
    .map((one) => correctedBy(one, verdicts.get(one.judgementId)));
  const isFine = (one: PastJudgement) => {
    const verdict = verdicts.get(one.judgementId);
    return !verdict?.isFaulted && (verdict?.grade ?? one.grade) === one.grade;
  };
  return {
    corrected: [...overridden, ...byReviewers]
      .filter(isReadable)
      .filter(({ human, grade }) => human !== null && human.grade !== grade),
    untouched: (await pastJudgements(transaction, wanted))
      .filter(isReadable)
      .filter((one) => one.human === null && one.wasAsked && isFine(one)),
  };
}

/** @throws {InsufficientEvidence} */
export function requireEnough({ heldOut, failures }: Cases): void {
  if (heldOut.length < MIN_HELD_OUT)
    throw new InsufficientEvidence(
      `insufficient evidence: ${heldOut.length} corrected cases could be set aside, ${MIN_HELD_OUT} are needed.`,
    );
  if (failures.length === 0)
    throw new InsufficientEvidence('insufficient evidence: no corrected case is left to learn from.');
}

/**
 * Rewrites, chooses by what was learned from, and measures the chosen one on what was set aside.
 * @throws {ModelError} when the model wrote no usable candidate
 */
export async function optimize(
  given: Assignment,
  { rulebook, failures, heldOut, regression }: Cases,
  tell: (progress: Progress) => Promise<void>,
): Promise<Proposal> {
  const { base, model, tenantId, signal, concurrency } = given;
  const spent = { tokensIn: 0, tokensOut: 0 };
  const spend = (usage: { tokensIn: number; tokensOut: number }) => {
    spent.tokensIn += usage.tokensIn;
    spent.tokensOut += usage.tokensOut;
  };
  const judgeBy = async (prompt: ResolvedPrompt, past: PastJudgement[], phase: Progress['phase']) => {
    const result: ReplayResult = await replay(past, {
      after: { ...rulebook, promptFor: () => prompt },
      before: null,
      concurrency,
      context: { tenantId, signal, purpose: 'prompt-optimization' },
      onCase: (done) => (done % 5 === 0 ? tell({ phase, done, total: past.length }) : undefined),
    });
    signal.throwIfAborted();
    spend(result);
    return result;
  };

  const written = await writeCandidates(given, failures, tell, spend);
  let best: { candidate: Candidate; right: number } | null = null;
  const compared: Proposal['candidates'] = [];
  for (const candidate of written) {
    const right = countRight(await judgeBy({ ...base, text: candidate.text }, failures, 'comparing'));
    compared.push({ change: candidate.change, right, cases: failures.length });
    if (!best || right > best.right) best = { candidate, right };
  }
  const { text, change, analysis } = (best as NonNullable<typeof best>).candidate;
  const chosen = { ...base, text };
  const before = await judgeBy(base, heldOut, 'measuring');
  const after = await judgeBy(chosen, heldOut, 'measuring');
  const kept = await judgeBy(chosen, regression, 'measuring');
  const changed = kept.cases.filter((one) => one.changed);
  return {
    text,
    change,
    analysis,
    diff: unifiedDiff(base.name, base, { version: 'proposed', text }),
    ...measure(heldOut, before, after),
    regression: {
      cases: kept.cases.length,
      changed: changed.length,
      judgementIds: changed.slice(0, 50).map(({ past }) => past.judgementId),
    },
    candidates: compared,
    ...spent,
    costMicros: costOf(model.name, spent),
  };
}

/** At least one usable candidate; one that breaks the variables of the prompt is asked for once more. */
async function writeCandidates(
  given: Assignment,
  failures: PastJudgement[],
  tell: (progress: Progress) => Promise<void>,
  spend: (usage: { tokensIn: number; tokensOut: number }) => void,
): Promise<Candidate[]> {
  const written: Candidate[] = [];
  let failure: ModelError | null = null;
  for (let attempt = 0; attempt <= given.candidates && written.length < given.candidates; attempt++) {
    await tell({ phase: 'reflecting', done: written.length, total: given.candidates });
    try {
      const { candidate, usage } = await reflect(given.model, given.writer, given.base, failures, given);
      spend(usage);
      if (candidate.text !== given.base.text) written.push(candidate);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      spend(error.usage);
      failure = error;
    }
  }
  if (written.length > 0) return written;
  throw failure ?? new ModelError('error', 'The model proposed no change');
}

/** What the tokens cost by the list of prices, in micro-dollars. */
function costOf(
  model: string,
  { tokensIn, tokensOut }: { tokensIn: number; tokensOut: number },
): number | null {
  const price = readPrices().get(model);
  return price ? Math.round(tokensIn * price.in + tokensOut * price.out) : null;
}

import { randomInt } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { v7 as uuidv7 } from 'uuid';
import { notFound } from '../../../http/problem.ts';
import {
  type Facts,
  type Hearing,
  type JudgedByEngine,
  type JudgementView,
  judge,
  leavesOpen,
  type Rulebook,
} from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { HOUR_MS } from '../../../platform/durations.ts';
import { type Actor, record } from '../../shared/audit/index.ts';
import type { BuilderRecord } from '../../shared/people/index.ts';
import { hearingOf } from './claims/index.ts';
import { type Claim, claimOfRow, factsOf } from './facts.ts';
import { groupOfTeam } from './groups-store.ts';
import { approvalKind } from './kind.ts';
import type { Parts } from './parts.ts';
import type { ApprovalSettings } from './settings.ts';
import {
  type ApprovalRecord,
  addStep,
  changeApproval,
  findApproval,
  lockBuilder,
  lockProject,
  readSettings,
} from './store.ts';
import { builderOf, claimOf, type TimeRequest } from './submit.ts';

/** How often a request is judged anew because the facts changed while the model read it. */
const MAX_ROUNDS = 3;

/** What the subject of a judgement begins with, before the builder's id, where the request was given inline. */
export const INLINE = 'inline:';

/** The engine's decision as it was stored, and the request as it is then; null for one that is not stored. */
export interface Triaged<View = null> {
  judgement: JudgementView;
  approval: View;
}

interface Options<View> {
  /** Throws when the builder's request is none of the actor's business. */
  refuse?: (builderId: string) => void;
  signal: AbortSignal;
  /** Shows the decided request, in the transaction that decides it. */
  describe(transaction: TenantTransaction, row: ApprovalRecord): Promise<View>;
}

/**
 * Lets the engine decide a submitted request. The facts are read again under the builder's lock when the decision
 * is stored, and its project's: what changed in between is judged anew, so that two requests never pass a limit together.
 * @returns null when the request does not wait for triage any more
 * @throws {import('../../../http/problem.ts').Problem} NOT_FOUND
 */
export async function triage<View>(
  parts: Parts,
  actor: Actor,
  approvalId: string,
  { refuse, signal, describe }: Options<View>,
): Promise<Triaged<View> | null> {
  const { database, people, now } = parts;
  const tenantId = actor.tenantId;
  const opened = await database.withTenant(tenantId, async (transaction) => {
    const row = await findApproval(transaction, approvalId);
    if (!row) throw notFound('request', approvalId);
    refuse?.(row.builder_id);
    if (row.state !== 'submitted') return null;
    const builder = await people.findBuilder(transaction, row.builder_id);
    if (!builder) throw notFound('builder', row.builder_id);
    const settings = await readSettings(transaction);
    const facts = await factsOf(transaction, people, builder, claimOfRow(row), settings, now());
    const whyWithheld = await parts.whyWithheld(transaction, approvalKind.name, row.builder_id);
    const withModel = await rulebookOf(transaction, parts, tenantId, settings);
    const rulebook = whyWithheld === null ? withModel : { ...withModel, model: null };
    const request = { builder, claim: claimOfRow(row), facts };
    const hearing = await recordsFor(transaction, parts, rulebook, request);
    return { row, builder, facts, hearing, rulebook, whyWithheld };
  });
  if (!opened) return null;
  const { builder } = opened;
  let { facts, hearing } = opened;
  const context = { tenantId, person: opened.row.builder_id, signal, judgementId: uuidv7() };
  let reading: Reading | null = null;
  for (let round = 1; ; round++) {
    const again = await judge(opened.rulebook, approvalId, facts, context, [], hearing);
    const judged: JudgedByEngine = { ...again, ...reading };
    const attempt = await database.withTenant(tenantId, async (transaction) => {
      await lockBuilder(transaction, opened.row.builder_id);
      if (opened.row.project_id !== null) await lockProject(transaction, opened.row.project_id);
      const row = await findApproval(transaction, approvalId);
      if (row?.state !== 'submitted') return { triaged: null };
      const settings = await readSettings(transaction);
      const current = await factsOf(transaction, people, builder, claimOfRow(row), settings, now());
      const request = { builder, claim: claimOfRow(row), facts: current };
      const heard = await recordsFor(transaction, parts, opened.rulebook, request);
      const isStale = !isDeepStrictEqual([current, heard?.records], [facts, hearing?.records]);
      if (isStale && round < MAX_ROUNDS) return { facts: current, hearing: heardAgain(heard, judged) };
      const final = isStale ? undecided(judged) : judged;
      const decided = { row, builder, settings, whyWithheld: opened.whyWithheld };
      const { judgement, changed } = await store(transaction, parts, actor, decided, final);
      return { triaged: { judgement, approval: await describe(transaction, changed) } };
    });
    if (attempt.facts === undefined) {
      if (attempt.triaged) parts.onJudged(judged.kind, judged.engine);
      return attempt.triaged;
    }
    ({ facts, hearing } = attempt);
    reading = hearing?.statements ? readingOf(judged) : null;
  }
}

/** What requests are judged with, and how long a person is given by the company. */
async function rulebookOf(
  transaction: TenantTransaction,
  { prompts, now }: Parts,
  tenantId: string,
  { deadlineHours }: ApprovalSettings,
): Promise<Rulebook> {
  return { ...(await prompts.rulebook(transaction, tenantId, approvalKind, now())), deadlineHours };
}

/** What claims will be held against, where a model has something to read. */
async function recordsFor(
  transaction: TenantTransaction,
  { people, now }: Parts,
  rulebook: Rulebook,
  { builder, claim, facts }: { builder: BuilderRecord; claim: Claim; facts: Facts },
): Promise<Hearing | undefined> {
  if (rulebook.model === null || !leavesOpen(rulebook, facts)) return undefined;
  return hearingOf(transaction, people, builder, claim, now());
}

/** The records of now, with what a model found in the text before: it is not asked again. */
function heardAgain(
  hearing: Hearing | undefined,
  { testimony, prompt, model }: JudgedByEngine,
): Hearing | undefined {
  if (!hearing || !testimony) return hearing;
  const { statements, dropped } = testimony;
  return { ...hearing, statements, dropped, readWith: { prompt, model } };
}

type Reading = Pick<JudgedByEngine, 'prompt' | 'model' | 'tokensIn' | 'tokensOut'>;

/** What a model was asked with and what that cost: it stays with the judgement that uses what it found. */
function readingOf({ prompt, model, tokensIn, tokensOut }: JudgedByEngine): Reading {
  return { prompt, model, tokensIn, tokensOut };
}

/** What was judged by facts that have changed since, for a person to decide. */
function undecided(judged: JudgedByEngine): JudgedByEngine {
  const reason = 'The facts kept changing while it was judged, so a person decides.';
  const open = { outcome: null, proposal: null, incomplete: [], confidence: null, needsReview: true };
  return { ...judged, ...open, reviewReasons: [reason], feedback: reason };
}

/** Judges a request that is not stored; the judgement is. */
export async function triageInline(
  parts: Parts,
  actor: Actor,
  builderId: string | undefined,
  timeRequest: TimeRequest,
  signal?: AbortSignal,
): Promise<Triaged> {
  const { database, now } = parts;
  const opened = await database.withTenant(actor.tenantId, async (transaction) => {
    const builder = await builderOf(transaction, parts, actor, builderId);
    const claim = await claimOf(transaction, parts, builder, timeRequest);
    const settings = await readSettings(transaction);
    const facts = await factsOf(transaction, parts.people, builder, claim, settings, now());
    const whyWithheld = await parts.whyWithheld(transaction, approvalKind.name, builder.builder_id);
    const withModel = await rulebookOf(transaction, parts, actor.tenantId, settings);
    const rulebook = whyWithheld === null ? withModel : { ...withModel, model: null };
    const hearing = await recordsFor(transaction, parts, rulebook, { builder, claim, facts });
    return { builder, facts, hearing, rulebook, whyWithheld };
  });
  const context = { tenantId: actor.tenantId, person: opened.builder.builder_id, signal };
  const subject = `${INLINE}${opened.builder.builder_id}`;
  const judged = await judge(opened.rulebook, subject, opened.facts, context, [], opened.hearing);
  const judgement = await database.withTenant(actor.tenantId, async (transaction) => {
    const stored = await parts.storeJudgement(transaction, judged, {
      dryRun: true,
      whyWithheld: opened.whyWithheld,
    });
    await record(transaction, actor, {
      subject: `judgement:${stored.judgementId}`,
      details: [{ about: [`builder:${opened.builder.builder_id}`], content: { outcome: stored.outcome } }],
    });
    return stored;
  });
  parts.onJudged(judged.kind, judged.engine);
  return { judgement, approval: null };
}

/** What a decision is stored with: the request, its builder and the company's settings at this moment. */
interface Decided {
  row: ApprovalRecord;
  builder: BuilderRecord;
  settings: ApprovalSettings;
  /** Why a person decides, whatever the engine says. */
  whyWithheld: string | null;
}

async function store(
  transaction: TenantTransaction,
  parts: Parts,
  actor: Actor,
  decided: Decided,
  judged: JudgedByEngine,
): Promise<{ judgement: JudgementView; changed: ApprovalRecord }> {
  const { whyWithheld } = decided;
  const judgement = await parts.storeJudgement(transaction, judged, { whyWithheld });
  const { judgementId, outcome, proposal, incomplete } = judgement;
  const change = outcome === 'approve' ? approve : incomplete.length > 0 ? handBack : flag;
  const changed = await change(transaction, parts, decided, judgement);
  if (!changed) throw new Error(`Request ${decided.row.id} changed under its lock`);
  await record(transaction, actor, {
    subject: `approval:${decided.row.id}`,
    details: [
      {
        about: [],
        content: {
          outcome,
          proposed: proposal?.outcome ?? null,
          incomplete: incomplete.map(({ criterionId }) => criterionId),
          engine: judgement.engine,
          confidence: judgement.confidence,
          judgementId,
        },
      },
    ],
  });
  return { judgement, changed };
}

async function approve(
  transaction: TenantTransaction,
  { announce, now }: Parts,
  { row, settings }: Decided,
  judgement: JudgementView,
): Promise<ApprovalRecord | undefined> {
  const { engine, confidence, feedback: reason, judgementId } = judgement;
  const changed = await changeApproval(transaction, row, {
    state: 'approved',
    decided_hours: row.hours,
    engine,
    confidence,
    reason,
    decided_by: 'engine',
    decided_at: now(),
    judgement_id: judgementId,
    audit: isDrawn(settings.auditShare) ? 'due' : null,
  });
  if (!changed) return undefined;
  const step = { step: 'approved', at: now(), by: 'engine', engine, hours: row.hours, reason } as const;
  await addStep(transaction, row.id, step);
  await announce.decided(transaction, changed);
  return changed;
}

/** Hands a request that contradicts the records back to its builder. */
async function handBack(
  transaction: TenantTransaction,
  { announce, now }: Parts,
  { row }: Decided,
  { engine, confidence, feedback: reason, judgementId, incomplete }: JudgementView,
): Promise<ApprovalRecord | undefined> {
  const changed = await changeApproval(transaction, row, {
    state: 'incomplete',
    engine: null,
    proposal: null,
    confidence,
    reason,
    judgement_id: judgementId,
  });
  if (!changed) return undefined;
  await addStep(transaction, row.id, { step: 'incomplete', at: now(), by: 'engine', engine, reason });
  const mend = incomplete.map(({ title, reason: what }) => ({ title, reason: what }));
  await announce.incomplete(transaction, changed, mend);
  return changed;
}

async function flag(
  transaction: TenantTransaction,
  { announce, now }: Parts,
  { row, builder, settings }: Decided,
  judgement: JudgementView,
): Promise<ApprovalRecord | undefined> {
  const group = await groupOfTeam(transaction, builder.team);
  const { engine, confidence, judgementId, proposal } = judgement;
  const proposed = proposedOf(judgement);
  const changed = await changeApproval(transaction, row, {
    state: 'in_review',
    engine: null,
    proposal: proposed,
    confidence,
    reason: whyAPerson(judgement),
    judgement_id: judgementId,
    group_id: group?.id ?? null,
    due_at: proposal
      ? new Date(proposal.dueAt)
      : new Date(now().getTime() + settings.deadlineHours * HOUR_MS),
  });
  if (!changed) return undefined;
  await addStep(transaction, row.id, {
    step: proposed === null ? 'flagged' : 'proposed',
    at: now(),
    by: 'engine',
    engine,
    reason: changed.reason,
  });
  await announce.flagged(transaction, changed);
  return changed;
}

/** What the engine would decide, for a person to confirm or to refuse. */
export function proposedOf({ proposal }: Pick<JudgementView, 'proposal'>): ApprovalRecord['proposal'] {
  const outcome = proposal?.outcome;
  return outcome === 'approve' || outcome === 'reject' ? outcome : null;
}

/** Draws a share (0 to 1) by unpredictable chance. */
function isDrawn(share: number): boolean {
  return randomInt(1_000_000) < share * 1_000_000;
}

/** Why a person decides, in sentences: the reasons of a proposal, else what is not known once, and what rules ask a person for. */
function whyAPerson({ criteria, feedback, proposal, reviewReasons }: JudgementView): string {
  if (proposal) return proposal.reasons.join('\n') || feedback;
  const open = criteria.filter(({ verdict }) => verdict !== 'scored');
  if (open.length === 0) return reviewReasons.join('\n') || feedback;
  const unknown = open.map(({ title, reason }) => `${title}: ${reason}`);
  const others = reviewReasons.filter((reason) => !unknown.includes(reason) && reason !== feedback);
  return [...others, feedback].join('\n');
}

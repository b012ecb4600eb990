import { z } from 'zod';
import type { RequestContext } from '../../../http/caller.ts';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import { findJudgements, type JudgementView } from '../../../judgement/index.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { DAY_MS } from '../../../platform/durations.ts';
import { addWeeks, weekOf } from '../../../platform/week.ts';
import { actorOf, record, requireDecider, systemActor } from '../../shared/audit/index.ts';
import { attachmentsOf } from './attachments.ts';
import { contestedRequests } from './contested.ts';
import { meetDeadlines } from './deadlines.ts';
import { confirm, confirmProposal, decideAsPerson, escalate, type HumanDecision } from './decide.ts';
import { approversOf, deciderOf, inboxOf } from './deciders.ts';
import { createGroups } from './groups.ts';
import { groupsByIds } from './groups-store.ts';
import { appeal, type Seen, withdraw } from './lifecycle.ts';
import { amend, askPerson, type Correction } from './mend.ts';
import type { Parts } from './parts.ts';
import { workRecordsOf } from './retention.ts';
import { type ApprovalSettings, settingsSchema } from './settings.ts';
import { OPEN_STATES, STATES, type State } from './states.ts';
import {
  type ApprovalRecord,
  countApprovals,
  decidedByPeople,
  findApproval,
  type ListFilter,
  listApprovals,
  payableHours,
  readSettings,
  stepsOf,
  writeSettings,
} from './store.ts';
import { type NewAttachment, submit, type TimeRequest } from './submit.ts';
import { INLINE, proposedOf, type Triaged, triage, triageInline } from './triage.ts';
import { approvalView, stepView } from './views.ts';

/** Days of decisions of which the cost is reported. */
const COST_DAYS = 30;

type Filter = Omit<ListFilter, 'waitingFor'> & { mine?: boolean | undefined };

export type Approvals = ReturnType<typeof createApprovals>;

/** Requests for manual time. */
export function createApprovals(parts: Parts) {
  const { database, people, dashboards, now } = parts;

  async function describe(transaction: TenantTransaction, rows: readonly ApprovalRecord[]) {
    const builders = await people.findBuilders(
      transaction,
      rows.map(({ builder_id }) => builder_id),
    );
    const groups = await groupsByIds(
      transaction,
      rows.map(({ group_id }) => group_id),
    );
    const waiting = rows.filter(({ state }) => OPEN_STATES.some((open) => open === state));
    const approvers = await approversOf(transaction, waiting, groups, now());
    return rows.map((row) =>
      approvalView(row, builders.get(row.builder_id), groups.get(row.group_id ?? ''), {
        approvers: approvers.get(row.id) ?? [],
        link: dashboards.link('approvals', { request: row.id }),
      }),
    );
  }

  const describeOne = async (transaction: TenantTransaction, row: ApprovalRecord) =>
    (await describe(transaction, [row]))[0] as ReturnType<typeof approvalView>;

  /** Whether the caller is an approver of a request, or the stand-in of one. */
  async function isApprover(transaction: TenantTransaction, { caller }: RequestContext, row: ApprovalRecord) {
    const groups = await groupsByIds(transaction, [row.group_id]);
    const approvers = await approversOf(transaction, [row], groups, now());
    return approvers.get(row.id)?.includes(caller.user?.email.toLowerCase() ?? '') === true;
  }

  /** One step of a person, with the request in its new state. */
  const step = (context: RequestContext, work: (transaction: TenantTransaction) => Promise<ApprovalRecord>) =>
    database.withTenant(context.caller.tenantId, async (transaction) =>
      describeOne(transaction, await work(transaction)),
    );

  /** What was decided about a request that does not wait for triage any more. */
  async function answerStanding(tenantId: string, approvalId: string) {
    return database.withTenant(tenantId, async (transaction) => {
      const row = await findApproval(transaction, approvalId);
      if (!row) throw notFound('request', approvalId);
      const judgement =
        row.judgement_id && (await findJudgements(transaction, [row.judgement_id])).get(row.judgement_id);
      if (!judgement) throw new Problem('APPROVAL_STATE', `It is ${row.state}, and was never judged.`);
      const decisions: Partial<Record<State, 'approve' | 'reject' | 'incomplete'>> = {
        approved: 'approve',
        rejected: 'reject',
        incomplete: 'incomplete',
      };
      return {
        decision: decisions[row.state] ?? ('review' as const),
        proposal: row.proposal,
        confidence: row.confidence,
        reasoning: row.reason ?? '',
        engine: judgement.engine,
        approval: await describeOne(transaction, row),
        judgement,
      };
    });
  }

  return {
    ...createGroups(database, parts.isKnown),

    contestedRequests: contestedRequests(parts),

    /** Whose request a judgement is about, also one that was given inline. */
    builderOf: async (transaction: TenantTransaction, subjectId: string): Promise<string | null> =>
      subjectId.startsWith(INLINE)
        ? subjectId.slice(INLINE.length)
        : ((await findApproval(transaction, subjectId))?.builder_id ?? null),

    submit: async (
      context: RequestContext,
      builderId: string | undefined,
      timeRequest: TimeRequest,
      attachments: readonly NewAttachment[],
    ) => {
      const row = await submit(parts, actorOf(context), builderId, timeRequest, attachments);
      return database.withTenant(row.tenant_id, (transaction) => describeOne(transaction, row));
    },

    list: (context: RequestContext, { mine, ...filter }: Filter, page: Page) =>
      database.withTenant(context.caller.tenantId, async (transaction) => {
        const inbox = mine ? await deciderOf(transaction, context.caller, now()) : undefined;
        const builderId = inbox ? filter.builderId : (context.onlyBuilder ?? filter.builderId);
        if (!inbox && filter.builderId !== undefined) context.requireOwn(filter.builderId);
        const wanted = { ...filter, builderId, waitingFor: inbox };
        return listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listApprovals(transaction, wanted, before, limit),
          key: ({ id }) => id,
          describe: (rows) => describe(transaction, rows),
        });
      }),

    counts: (context: RequestContext) =>
      database.withTenant(context.caller.tenantId, async (transaction) => {
        const inbox = await inboxOf(transaction, context.caller, now());
        const { onlyBuilder } = context;
        const rows = await countApprovals(transaction, onlyBuilder ?? undefined, inbox, now());
        const since = new Date(now().getTime() - COST_DAYS * DAY_MS);
        const people = await decidedByPeople(transaction, onlyBuilder, since);
        const { decisionMinutes } = await readSettings(transaction);
        const total = (of: (row: (typeof rows)[number]) => string) =>
          rows.reduce((sum, row) => sum + Number(of(row)), 0);
        return {
          states: statesOf(rows),
          mine: total(({ mine }) => mine),
          overdue: total(({ overdue }) => overdue),
          auditDue: total(({ audit_due }) => audit_due),
          proposals: {
            waiting: total(({ proposed }) => proposed),
            confirmed: people.confirmed,
            refused: people.refused,
          },
          people: {
            decided: people.decided,
            minutes: people.decided * decisionMinutes,
            medianHours: people.medianHours,
          },
          automatic: {
            decided: total(({ automatic }) => automatic),
            overturned: total(({ overturned }) => overturned),
          },
        };
      }),

    get: (context: RequestContext, approvalId: string) =>
      database.withTenant(context.caller.tenantId, async (transaction) => {
        const row = await findApproval(transaction, approvalId);
        if (!row) throw notFound('request', approvalId);
        const isOthers = context.onlyBuilder !== null && context.onlyBuilder !== row.builder_id;
        if (isOthers && !(await isApprover(transaction, context, row))) throw notFound('request', approvalId);
        const judgements = await findJudgements(transaction, row.judgement_id ? [row.judgement_id] : []);
        return {
          ...(await describeOne(transaction, row)),
          attachments: await attachmentsOf(transaction, parts, row),
          history: (await stepsOf(transaction, approvalId)).map(stepView),
          judgement: judgements.get(row.judgement_id ?? '') ?? null,
        };
      }),

    /** Lets the engine decide a stored request, or one given inline. */
    triage: async (
      context: RequestContext,
      given: { approvalId?: string | undefined; builderId?: string | undefined } & {
        [K in keyof TimeRequest]?: TimeRequest[K] | undefined;
      },
    ) => {
      const actor = actorOf(context);
      const { approvalId, builderId, ...timeRequest } = given;
      if (approvalId !== undefined) {
        const { requireOwn: refuse, signal } = context;
        const triaged = await triage(parts, actor, approvalId, { refuse, signal, describe: describeOne });
        return triaged ? triageView(triaged) : answerStanding(actor.tenantId, approvalId);
      }
      const about = builderId ?? actor.person?.builderId ?? null;
      context.requireOwn(about);
      return triageView(
        await triageInline(parts, actor, about ?? undefined, complete(timeRequest), context.signal),
      );
    },

    /** The job that triages a request after it came in. */
    triageLater: async (tenantId: string, approvalId: string, signal: AbortSignal): Promise<void> => {
      const actor = systemActor(tenantId, 'approval.triage');
      await triage(parts, actor, approvalId, { signal, describe: async () => null });
    },

    override: (context: RequestContext, decision: HumanDecision) =>
      step(context, async (transaction) => {
        requireDecider(actorOf(context));
        const decider = await deciderOf(transaction, context.caller, now());
        const settings = await readSettings(transaction);
        return decideAsPerson(transaction, parts, actorOf(context), decider, settings, decision);
      }),

    /** Decides each of several requests in its own transaction. @throws {Problem} PERSON_REQUIRED */
    bulk: async (
      context: RequestContext,
      items: readonly Seen[],
      { decision, reason }: { decision: HumanDecision['decision'] | 'confirm'; reason?: string | undefined },
    ) => {
      requireDecider(actorOf(context));
      const decided: ReturnType<typeof approvalView>[] = [];
      const refused: { approvalId: string; code: string; detail: string }[] = [];
      for (const item of items) {
        try {
          const work = async (transaction: TenantTransaction) => {
            const decider = await deciderOf(transaction, context.caller, now());
            const settings = await readSettings(transaction);
            if (decision === 'confirm')
              return confirmProposal(transaction, parts, actorOf(context), decider, settings, {
                ...item,
                reason,
              });
            const given = { ...item, decision, reason };
            return decideAsPerson(transaction, parts, actorOf(context), decider, settings, given);
          };
          decided.push(await step(context, work));
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          refused.push({ approvalId: item.approvalId, code: error.code, detail: error.message });
        }
      }
      return { decided, refused };
    },

    confirm: (context: RequestContext, seen: Seen) =>
      step(context, async (transaction) => {
        requireDecider(actorOf(context));
        const decider = await deciderOf(transaction, context.caller, now());
        return confirm(transaction, parts, actorOf(context), decider, seen);
      }),

    escalate: (context: RequestContext, given: Seen & { reason: string }) =>
      step(context, async (transaction) => {
        const decider = await deciderOf(transaction, context.caller, now());
        return escalate(transaction, parts, actorOf(context), decider, given);
      }),

    withdraw: (context: RequestContext, seen: Seen) =>
      step(context, (transaction) =>
        withdraw(transaction, parts, actorOf(context), seen, context.requireOwn),
      ),

    amend: (context: RequestContext, given: Seen & Correction) =>
      step(context, (transaction) => amend(transaction, parts, actorOf(context), given, context.requireOwn)),

    askPerson: (context: RequestContext, given: Seen & { reason: string }) =>
      step(context, (transaction) =>
        askPerson(transaction, parts, actorOf(context), given, context.requireOwn),
      ),

    appeal: (context: RequestContext, given: Seen & { reason: string }) =>
      step(context, (transaction) => appeal(transaction, parts, actorOf(context), given, context.requireOwn)),

    payable: (tenantId: string, given: string | undefined, page: Page) =>
      database.withTenant(tenantId, async (transaction) => {
        const week = given ?? addWeeks(weekOf(now()), -1);
        return listPage(page, {
          cursor: z.string(),
          query: (after, limit) => payableHours(transaction, week, after, limit),
          key: ({ builder_id }) => builder_id,
          describe: async (rows) => {
            const builders = await people.findBuilders(
              transaction,
              rows.map(({ builder_id }) => builder_id),
            );
            return rows.map(({ builder_id, hours, undecided }) => ({
              builderId: builder_id,
              name: builders.get(builder_id)?.name ?? builder_id,
              hours,
              undecidedHours: undecided,
            }));
          },
        });
      }),

    getSettings: (tenantId: string) => database.withTenant(tenantId, readSettings),

    setSettings: (
      context: RequestContext,
      change: { [K in keyof ApprovalSettings]?: ApprovalSettings[K] | undefined },
    ) =>
      database.withTenant(context.caller.tenantId, async (transaction) => {
        const before = await readSettings(transaction);
        const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
        const after = settingsSchema.parse({ ...before, ...given });
        if (after.reminderHours >= after.deadlineHours) {
          throw invalidField('reminderHours', 'must be before the deadline');
        }
        await writeSettings(transaction, after);
        await record(transaction, actorOf(context), {
          subject: 'approval-settings',
          details: [{ about: [], content: { before, after } }],
        });
        return after;
      }),

    meetDeadlines: (tenantId: string) => meetDeadlines(parts, tenantId),

    /** What ages, for the registry of retention. */
    workRecords: workRecordsOf(parts.people),
  };
}

function statesOf(rows: readonly { state: State; all: string }[]): Record<State, number> {
  const none = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>;
  return { ...none, ...Object.fromEntries(rows.map(({ state, all }) => [state, Number(all)])) };
}

/** The answer to a request to triage. */
function triageView<View>({ judgement, approval }: Triaged<View>) {
  return {
    decision: decisionOf(judgement),
    proposal: proposedOf(judgement),
    confidence: judgement.confidence,
    reasoning: judgement.feedback,
    engine: judgement.engine,
    approval,
    judgement,
  };
}

/** What the engine did: it approves, hands back or asks a person. It never rejects. */
function decisionOf({ outcome, incomplete }: JudgementView): 'approve' | 'incomplete' | 'review' {
  if (incomplete.length > 0) return 'incomplete';
  return outcome === 'approve' ? 'approve' : 'review';
}

/** @throws {Problem} INVALID_INPUT naming what a request given inline lacks */
function complete({
  date,
  hours,
  category,
  justification,
  ...rest
}: { [K in keyof TimeRequest]?: TimeRequest[K] | undefined }): TimeRequest {
  if (date === undefined) throw invalidField('date', 'is needed without approvalId');
  if (hours === undefined) throw invalidField('hours', 'is needed without approvalId');
  if (category === undefined) throw invalidField('category', 'is needed without approvalId');
  if (justification === undefined) throw invalidField('justification', 'is needed without approvalId');
  return { date, hours, category, justification, ...rest };
}

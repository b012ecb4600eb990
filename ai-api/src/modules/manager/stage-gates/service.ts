import { z } from 'zod';
import type { RequestContext } from '../../../http/caller.ts';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import {
  type CriterionResult,
  findJudgements,
  humanJudgement,
  type JudgementView,
  judge,
  newestJudgement,
  rejudged,
  type StoreJudgement,
} from '../../../judgement/index.ts';
import type { ChatModel } from '../../../models/chat.ts';
import type { Dashboards } from '../../../platform/dashboards.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { weekOf } from '../../../platform/week.ts';
import type { Notices } from '../../ai/notices/index.ts';
import type { Prompts } from '../../ai/prompts/index.ts';
import { actorOf, decisionBy, displayName, record, requireDecider } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Notifications } from '../../shared/notifications/index.ts';
import type { People } from '../../shared/people/index.ts';
import { contestedGates } from './contested.ts';
import type { GateCriterion } from './contract.ts';
import { remindOfGates } from './deadlines.ts';
import { gateFacts } from './facts.ts';
import { kindOfGate, rulesOfGate, stageGateKind } from './kind.ts';
import {
  changeEvaluation,
  type EvaluationRecord,
  evaluationOfJudgement,
  findEvaluation,
  findGate,
  type GateRecord,
  gatesByIds,
  insertEvaluation,
  insertGate,
  listEvaluations,
  listGates,
  type Stage,
  updateGate,
} from './store.ts';
import { requireValid } from './valid.ts';
import { evaluationView, gateView, stageAfter } from './views.ts';

/** What the module needs of the rest of the system. */
export interface StageGatesSetup {
  database: Database;
  people: People;
  events: Events;
  prompts: Prompts;
  notify: Notifications['notify'];
  dashboards: Dashboards;
  storeJudgement: StoreJudgement;
  /** Why no engine may judge a builder who was not informed. */
  whyWithheld: Notices['whyWithheld'];
  model: ChatModel | null;
  now: () => Date;
  onJudged: (kind: string, engine: string) => void;
}

export type StageGates = ReturnType<typeof createStageGates>;

/** Gates between the stages of projects. */
export function createStageGates(setup: StageGatesSetup) {
  const { database, people, events, prompts, storeJudgement, model, now, onJudged } = setup;

  async function describe(transaction: TenantTransaction, rows: readonly EvaluationRecord[]) {
    const gates = await gatesByIds(
      transaction,
      rows.map(({ gate_id }) => gate_id),
    );
    const judgements = await findJudgements(
      transaction,
      rows.map(({ judgement_id }) => judgement_id),
    );
    const projects = await people.findProjects(
      transaction,
      rows.map(({ project_id }) => project_id),
    );
    return rows.map((row) =>
      evaluationView(
        row,
        gates.get(row.gate_id) as GateRecord,
        projects.get(row.project_id),
        judgements.get(row.judgement_id) as JudgementView,
      ),
    );
  }

  const describeOne = async (transaction: TenantTransaction, row: EvaluationRecord) =>
    (await describe(transaction, [row]))[0] as ReturnType<typeof evaluationView>;

  /** Publishes and records what became of an evaluation, and returns its state. */
  async function conclude(
    transaction: TenantTransaction,
    request: RequestContext,
    row: EvaluationRecord,
    content: object,
  ) {
    const view = await describeOne(transaction, row);
    await events.publish(transaction, row.tenant_id, 'stage-gate.evaluated', {
      evaluationId: row.id,
      projectId: row.project_id,
      toStage: view.toStage,
      canProgress: view.can_progress,
      decision: view.decision,
      proposal: row.proposal,
      waived: view.waiver !== null,
    });
    await record(transaction, actorOf(request), {
      subject: `stage-gate-evaluation:${row.id}`,
      details: [{ about: [`project:${row.project_id}`], content }],
    });
    return view;
  }

  /** @throws {Problem} NOT_FOUND, CONFLICT, CONTESTED */
  async function requireSeen(transaction: TenantTransaction, evaluationId: string, version: number) {
    const row = await findEvaluation(transaction, evaluationId);
    if (!row) throw notFound('evaluation', evaluationId);
    if (row.version !== version) throw stale(row.version);
    if (row.contested_at !== null)
      throw new Problem('CONTESTED', 'This result is contested: decide the contest.');
    return row;
  }

  /** @throws {Problem} FORBIDDEN for who leads the project */
  async function refuseOwn(
    transaction: TenantTransaction,
    request: RequestContext,
    { project_id, builder_id }: EvaluationRecord,
  ) {
    const project = await people.findProject(transaction, project_id);
    const own = request.caller.user?.builderId;
    if (own && [builder_id, project?.builder_id].includes(own)) {
      throw new Problem('FORBIDDEN', 'You cannot review or waive a gate of your own project.');
    }
  }

  return {
    remind: (tenantId: string) => remindOfGates(setup, tenantId),
    contestedGates: contestedGates(storeJudgement),

    /** The builder who led the project when it was judged. */
    builderOf: async (transaction: TenantTransaction, _projectId: string, judgementId: string) => {
      const newest = await newestJudgement(transaction, judgementId);
      return (await evaluationOfJudgement(transaction, newest))?.builder_id ?? null;
    },

    /** The criteria of the gate as they were when a judgement was made. */
    rulebookOf: async (transaction: TenantTransaction, judgementId: string) => {
      const row = await evaluationOfJudgement(transaction, judgementId);
      if (!row) return null;
      const criteria = row.criteria as unknown as GateCriterion[];
      const kind = kindOfGate(criteria);
      return { kind, rules: rulesOfGate(kind, criteria) };
    },

    list: (tenantId: string, page: Page) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (after, limit) => listGates(transaction, after, limit),
          key: ({ id }) => id,
          view: gateView,
        }),
      ),

    save: (
      request: RequestContext,
      given: {
        fromStage: Stage;
        toStage: Stage;
        name: string;
        criteria: GateCriterion[];
        expectedVersion: number;
      },
    ) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        const { expectedVersion, ...gate } = given;
        requireValid(gate);
        const actor = actorOf(request);
        const values = { ...gate, changedBy: displayName(actor) };
        const saved =
          expectedVersion === 0
            ? await insertGate(transaction, values)
            : await updateGate(transaction, expectedVersion, values);
        if (!saved) throw new Problem('CONFLICT', 'This gate was changed in the meantime. Reload it first.');
        await record(transaction, actor, {
          subject: `stage-gate:${saved.id}`,
          details: [{ about: [], content: gateView(saved) }],
        });
        return gateView(saved);
      }),

    evaluate: async (
      request: RequestContext,
      given: { projectId: string; toStage?: Stage | undefined; evidence?: string | undefined },
    ) => {
      const { tenantId } = request.caller;
      const opened = await database.withTenant(tenantId, async (transaction) => {
        const known = await people.knownProject(transaction, given.projectId, weekOf(now()));
        if (!known) throw notFound('project', given.projectId);
        request.requireOwn(known.project.builder_id);
        const from = known.project.stage;
        const to = given.toStage ?? stageAfter(from);
        const gate = to && (await findGate(transaction, from, to));
        if (!gate) {
          throw new Problem(
            'STAGE_GATE_MISSING',
            `No gate leads from ${from} ${to ? `to ${to}` : 'anywhere'}.`,
          );
        }
        const promptFor = model && (await prompts.serving(transaction, tenantId, stageGateKind.name));
        const { builder_id: builderId } = known.project;
        const whyWithheld = await setup.whyWithheld(transaction, stageGateKind.name, builderId);
        const facts = gateFacts(known, given.evidence ?? null, now());
        return { gate, promptFor, builderId, whyWithheld, facts };
      });
      const { gate, promptFor, builderId, whyWithheld, facts } = opened;
      const criteria = gate.criteria as unknown as GateCriterion[];
      const kind = kindOfGate(criteria);
      const asked = whyWithheld === null ? model : null;
      const rulebook = { kind, rules: rulesOfGate(kind, criteria), model: asked, promptFor };
      const person = request.caller.user?.id;
      const judged = await judge(rulebook, given.projectId, facts, {
        tenantId,
        person,
        signal: request.signal,
      });
      const view = await database.withTenant(tenantId, async (transaction) => {
        const judgement = await storeJudgement(transaction, judged, { whyWithheld });
        const { judgementId, outcome, proposal } = judgement;
        const evaluatedBy = displayName(actorOf(request));
        const row = await insertEvaluation(transaction, gate, {
          projectId: given.projectId,
          builderId,
          judgementId,
          evaluatedBy,
          ...waitingOf(judgement),
        });
        const proposed = proposal?.outcome ?? null;
        return conclude(transaction, request, row, { gate: gate.name, outcome, proposed });
      });
      onJudged(judged.kind, judged.engine);
      return view;
    },

    listEvaluations: (
      request: RequestContext,
      {
        projectId,
        waived,
        proposed,
      }: {
        projectId?: string | undefined;
        waived?: boolean | undefined;
        proposed?: boolean | undefined;
      },
      page: Page,
    ) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        const own =
          request.onlyBuilder === null ? null : await people.projectIdsOf(transaction, request.onlyBuilder);
        const asked =
          projectId === undefined ? own : [projectId].filter((id) => own === null || own.includes(id));
        const filter = { projectIds: asked ?? undefined, waived, proposed };
        return listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listEvaluations(transaction, filter, before, limit),
          key: ({ id }) => id,
          describe: (rows) => describe(transaction, rows),
        });
      }),

    getEvaluation: (tenantId: string, evaluationId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const row = await findEvaluation(transaction, evaluationId);
        if (!row) throw notFound('evaluation', evaluationId);
        return describeOne(transaction, row);
      }),

    /** A reviewer answers a question; the judgement is made anew with that answer. */
    review: (
      request: RequestContext,
      given: { evaluationId: string; version: number; criterionId: string; met: boolean; reason: string },
    ) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        const row = await requireSeen(transaction, given.evaluationId, given.version);
        await refuseOwn(transaction, request, row);
        const criteria = row.criteria as unknown as GateCriterion[];
        const criterion = criteria.find(({ id }) => id === given.criterionId);
        if (criterion?.kind !== 'question') throw invalidField('criterionId', 'is no question of this gate');
        const found = (await findJudgements(transaction, [row.judgement_id])).get(row.judgement_id);
        const before = found as JudgementView;
        const actor = actorOf(request);
        if (!given.met) requireDecider(actor);
        const by = displayName(actor);
        const answered = before.criteria.map(
          (result): CriterionResult =>
            result.id === given.criterionId
              ? {
                  ...result,
                  verdict: 'scored',
                  score: given.met ? 100 : 0,
                  reason: `${by}: ${given.reason}`,
                  decidedBy: 'human',
                }
              : result,
        );
        const judged = rejudged(kindOfGate(criteria), row.project_id, before, answered);
        // What a person answered before may hold the project still.
        if (judged.outcome === stageGateKind.decides?.no) requireDecider(actor);
        const human = decisionBy(actor, given.reason, before.judgementId);
        const judgement = await storeJudgement(transaction, judged, { human });
        const change = { judgement_id: judgement.judgementId, ...waitingOf(judgement) };
        const changed = await changeEvaluation(transaction, row, change);
        if (!changed) throw stale(row.version + 1);
        const { criterionId, met, reason } = given;
        return conclude(transaction, request, changed, { criterionId, met, reason, via: actor.via });
      }),

    /** A person decides what the engine proposed. */
    confirm: (
      request: RequestContext,
      given: { evaluationId: string; version: number; reason?: string | undefined },
    ) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        const row = await requireSeen(transaction, given.evaluationId, given.version);
        await refuseOwn(transaction, request, row);
        const actor = actorOf(request);
        requireDecider(actor);
        const before = (await findJudgements(transaction, [row.judgement_id])).get(row.judgement_id);
        const outcome = before?.proposal?.outcome;
        if (!before || !outcome || row.waived_by !== null)
          throw new Problem('CONFLICT', 'Nothing is proposed that could be confirmed.');
        const reason = given.reason ?? before.feedback;
        const judged = humanJudgement({
          ...{ kind: stageGateKind.name, subjectId: row.project_id, outcome, before },
          reason: kindOfGate(row.criteria as unknown as GateCriterion[]).feedback({
            ...before,
            ...{ outcome, proposed: null, incomplete: [], facts: {}, modelFeedback: null },
          }),
        });
        const human = decisionBy(actor, reason, before.judgementId);
        const { judgementId } = await storeJudgement(transaction, judged, { human });
        const change = { judgement_id: judgementId, ...waitingOf({ proposal: null }) };
        const changed = await changeEvaluation(transaction, row, change);
        if (!changed) throw stale(row.version + 1);
        return conclude(transaction, request, changed, { confirmed: outcome, reason, via: actor.via });
      }),

    waive: (request: RequestContext, given: { evaluationId: string; version: number; reason: string }) =>
      database.withTenant(request.caller.tenantId, async (transaction) => {
        const row = await requireSeen(transaction, given.evaluationId, given.version);
        await refuseOwn(transaction, request, row);
        const by = displayName(actorOf(request));
        const changed = await changeEvaluation(transaction, row, { waived_by: by, waiver: given.reason });
        if (!changed) throw stale(row.version + 1);
        return conclude(transaction, request, changed, { waived: true, reason: given.reason });
      }),
  };
}

/** What of a judgement waits for a person. */
function waitingOf({ proposal }: Pick<JudgementView, 'proposal'>) {
  return {
    proposal: proposal?.outcome ?? null,
    due_at: proposal && new Date(proposal.dueAt),
    reminded_at: null,
  };
}

function stale(version: number): Problem {
  return new Problem('CONFLICT', `Version ${version} of this evaluation is the newest. Reload it first.`);
}

import { z } from 'zod';
import type { RequestContext } from '../../../http/caller.ts';
import { listPage, type Page } from '../../../http/cursor.ts';
import { invalidField, notFound, Problem } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, actorOf, displayName, record, systemActor } from '../../shared/audit/index.ts';
import type { Events, Published } from '../../shared/events/index.ts';
import type { Agents } from '../agents/index.ts';
import { MAY_ASK } from '../decisions/index.ts';
import { act } from './actions.ts';
import { createAnswers } from './answers.ts';
import { createBindings } from './bindings.ts';
import { createThresholds } from './calibration.ts';
import { createJudging } from './judging.ts';
import {
  decideResult,
  findResult,
  type HumanDecision,
  listResults,
  lockByDecision,
  type ResultRecord,
  refuseWaiting,
} from './results-store.ts';
import type { Definition, Rule, Scoring } from './rule/schema.ts';
import { scoring as scoringSchema } from './rule/schema.ts';
import { createRuleSets, requireValid } from './rule-sets.ts';
import type { Source } from './schema.ts';
import {
  createValidate,
  REFERENCE,
  subjectOf,
  trialViewOf,
  type ValidateSetup,
  type ValidationRequest,
} from './validate.ts';
import { resultViewOf } from './views.ts';
import type { Action, VerdictStatus } from './vocabulary.ts';

interface Setup extends Omit<ValidateSetup, 'events'> {
  events: Pick<Events, 'publish' | 'subscribe'>;
  agents: Pick<Agents, 'get' | 'checkAnswers'>;
}

interface Trial {
  ruleSet?: string | undefined;
  version?: number | undefined;
  rules?: Rule[] | undefined;
  scoring?: Scoring | undefined;
  text: string;
  request?: string | undefined;
  data?: Record<string, unknown> | undefined;
  action: Action;
}

/** How a question to a person ends. */
const ENDS: readonly string[] = ['decision.made', 'decision.expired', 'decision.cancelled'];

/** A workflow names its step so. */
const WORKFLOW_REFERENCE = /^wf:/;

export type Validation = ReturnType<typeof createValidation>;

/** Rule sets, verdicts by them, and what is bound to them. */
export function createValidation(setup: Setup) {
  const { database, events, agents, now } = setup;
  const judging = createJudging(setup);
  const validate = createValidate(setup);
  const answers = createAnswers({ database, judging, validate });
  agents.checkAnswers(answers.ofAgent);
  events.subscribe((transaction, published) => onDecision(transaction, published));

  /** A person's answer to the question about a text takes the place of its verdict. */
  async function onDecision(transaction: TenantTransaction, { tenantId, type, data }: Published) {
    if (!ENDS.includes(type)) return;
    const { decisionId, reference, status } = data as {
      decisionId: string;
      reference: string | null;
      status?: 'approved' | 'declined';
    };
    if (!reference?.startsWith(REFERENCE)) return;
    const row = await lockByDecision(transaction, decisionId);
    if (!row) return;
    const actor = systemActor(tenantId, 'validation.decide');
    if (status === undefined) {
      // No person decided: the text is not used, and its verdict stays what the rules said.
      await refuseWaiting(transaction, row.id);
      await record(transaction, actor, {
        subject: `validation:${row.id}`,
        details: [
          { about: row.about === null ? [] : [row.about], content: { effect: 'refused', after: type } },
        ],
      });
      return;
    }
    await settle(transaction, actor, row, {
      status: status === 'approved' ? 'passed' : 'failed',
      by: `decision:${decisionId}`,
      reason: `The question was ${status}.`,
      at: now(),
    });
  }

  /** @returns the result as it is now; undefined when a person decided before */
  async function settle(
    transaction: TenantTransaction,
    actor: Actor,
    row: ResultRecord,
    decision: HumanDecision,
  ): Promise<ResultRecord | undefined> {
    const decided = await decideResult(transaction, row.id, decision);
    if (!decided) return undefined;
    const { id: resultId, rule_set: ruleSet, version, source, reference } = row;
    const { status, reason } = decision;
    await events.publish(transaction, actor.tenantId, 'validation.decided', {
      resultId,
      ruleSet,
      version,
      source,
      reference,
      status,
    });
    await record(transaction, actor, {
      subject: `validation:${resultId}`,
      details: [{ about: row.about === null ? [] : [row.about], content: { status, reason } }],
    });
    return decided;
  }

  return {
    ruleSets: createRuleSets({ database, events, judging, now }),
    thresholds: createThresholds(database, judging, now),
    bindings: createBindings(database, agents),

    /** Opens what judges the answers of the chat; null where nothing is bound to it. */
    openChat: answers.openChat,

    /** Judges a text and keeps the result. @throws {Problem} NOT_FOUND, CONFLICT, INVALID_INPUT */
    check: async (request: RequestContext, asked: ValidationRequest) => {
      if (asked.action === 'human' && !request.caller.roles.some((role) => MAY_ASK.includes(role)))
        throw new Problem('FORBIDDEN', `The action human needs one of the roles ${MAY_ASK.join(', ')}.`);
      const actor = actorOf(request);
      const source: Source = WORKFLOW_REFERENCE.test(asked.reference ?? '') ? 'workflow' : 'api';
      const opened = await judging.opened(actor.tenantId, asked.ruleSet, asked.version ?? 'published');
      return resultViewOf(await validate(actor, opened, asked, source, request.signal));
    },

    /** Judges a text and keeps nothing. @throws {Problem} NOT_FOUND, VALIDATION_INVALID, INVALID_INPUT */
    try: async ({ caller, signal }: RequestContext, trial: Trial) => {
      const { ruleSet: name, version, rules, scoring, action } = trial;
      if ((name === undefined) === (rules === undefined))
        throw invalidField('rules', 'or ruleSet is needed, one of the two');
      const { tenantId } = caller;
      const subject = subjectOf(trial);
      if (name !== undefined) {
        const { ruleSet, judge } = await judging.opened(tenantId, name, version ?? 'newest');
        return tried(ruleSet, (text) => judge({ ...subject, text }, signal));
      }
      const definition: Definition = {
        rules: rules ?? [],
        scoring: scoring ?? scoringSchema.parse({}),
        examples: [],
        keepTexts: true,
      };
      requireValid(definition);
      return tried({ name: '', version: 0, definition }, (text) =>
        judging.judgeUnsaved(tenantId, definition, { ...subject, text }, signal),
      );

      async function tried(
        ruleSet: { name: string; version: number; definition: Definition },
        judge: (text: string) => ReturnType<typeof judging.judgeUnsaved>,
      ) {
        const verdict = await judge(subject.text);
        const plan = { action, attempt: 1, maxReasks: 1 };
        const acted = await act(plan, ruleSet.definition, subject, verdict, judge);
        return trialViewOf(
          { ruleSet: ruleSet.name, version: ruleSet.version, action },
          subject,
          verdict,
          acted,
        );
      }
    },

    list: (
      tenantId: string,
      filter: {
        ruleSet?: string | undefined;
        status?: VerdictStatus | undefined;
        source?: Source | undefined;
      },
      page: Page,
    ) =>
      database.withTenant(tenantId, (transaction) =>
        listPage(page, {
          cursor: z.uuid(),
          query: (before, limit) => listResults(transaction, filter, before, limit),
          key: ({ id }) => id,
          view: resultViewOf,
        }),
      ),

    get: (tenantId: string, resultId: string) =>
      database.withTenant(tenantId, async (transaction) => {
        const row = await findResult(transaction, resultId);
        if (!row) throw notFound('result', resultId);
        return resultViewOf(row);
      }),

    /** @throws {Problem} NOT_FOUND, CONFLICT when a person decided before */
    override: (actor: Actor, resultId: string, status: 'passed' | 'failed', reason: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const row = await findResult(transaction, resultId);
        if (!row) throw notFound('result', resultId);
        if (row.effect === 'waiting')
          throw new Problem('CONFLICT', `It waits for the decision ${row.decision_id}: decide that.`);
        const decision = { status, by: displayName(actor), reason, at: now() };
        const decided = await settle(transaction, actor, row, decision);
        if (!decided) throw new Problem('CONFLICT', 'A person has already decided on this text.');
        return resultViewOf(decided);
      }),
  };
}

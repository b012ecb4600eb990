import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { invalidField } from '../../../http/problem.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, record } from '../../shared/audit/index.ts';
import type { Events } from '../../shared/events/index.ts';
import type { Decisions } from '../decisions/index.ts';
import { type Acted, act } from './actions.ts';
import type { Subject } from './checks/check.ts';
import { feedbackOf, reaskOf } from './feedback.ts';
import type { Verdict } from './judge-text.ts';
import type { JudgingSetup, OpenedRuleSet } from './judging.ts';
import { storable } from './results.ts';
import { insertResult, type ResultRecord } from './results-store.ts';
import type { Source, TrialView } from './schema.ts';
import { type KeptRule, keptRules, rulesWithWords } from './views.ts';
import type { Action } from './vocabulary.ts';

/** A text to be judged, and what is to be done when it does not pass. */
export interface ValidationRequest {
  ruleSet: string;
  version?: number | undefined;
  text: string;
  request?: string | undefined;
  data?: Record<string, unknown> | undefined;
  action: Action;
  maxReasks: number;
  attempt: number;
  approvers: readonly string[];
  about?: string | undefined;
  reference?: string | undefined;
}

export interface ValidateSetup extends JudgingSetup {
  events: Pick<Events, 'publish'>;
  decisions: Pick<Decisions, 'createIn'>;
}

/** Of the text, in a question to a person. */
const MAX_SHOWN = 4_000;
export const REFERENCE = 'validation:';

export type Validate = ReturnType<typeof createValidate>;

/** Judges a text, carries out the action, and keeps what came of it. */
export function createValidate({ database, events, decisions, now }: ValidateSetup) {
  async function ask(
    transaction: TenantTransaction,
    actor: Actor,
    row: ResultRecord,
    approvers: readonly string[],
  ): Promise<string> {
    const { decisionId } = await decisions.createIn(transaction, actor, {
      title: `Use this text? It ${row.status === 'failed' ? 'fails' : 'may fail'} ${row.rule_set}`,
      message: `${row.feedback}\n\nThe text:\n${(row.text ?? '').slice(0, MAX_SHOWN)}`.slice(0, 8_000),
      details: { ruleSet: row.rule_set, version: row.version, resultId: row.id },
      approvers: [...approvers],
      notify: approvers.length > 0,
      approveLabel: 'Use it',
      declineLabel: 'Refuse it',
      reasonRequired: false,
      reference: `${REFERENCE}${row.id}`,
    });
    return decisionId;
  }

  /**
   * Judges a text by a rule set that was opened, and keeps the result.
   * @returns the result with its texts, also where the history keeps none
   */
  return async function validate(
    actor: Actor,
    opened: OpenedRuleSet,
    asked: ValidationRequest,
    source: Source,
    signal?: AbortSignal,
  ): Promise<ResultRecord> {
    const { ruleSet } = opened;
    const { keepTexts } = ruleSet.definition;
    if (asked.action === 'human' && !keepTexts)
      throw invalidField('action', 'human needs a rule set that keeps texts');
    const subject = subjectOf(asked);
    const verdict = await opened.judge(subject, signal);
    const acted = await act(asked, ruleSet.definition, subject, verdict, (text) =>
      opened.judge({ ...subject, text }, signal),
    );
    const requestedBy = actor.actingFor ?? actor.name;
    const row: ResultRecord = {
      ...rowOf({ asked, subject, verdict, acted }),
      id: uuidv7(),
      tenant_id: actor.tenantId,
      rule_set: ruleSet.name,
      version: ruleSet.version,
      source,
      requested_by: requestedBy,
      created_at: now(),
    };
    await database.withTenant(actor.tenantId, async (transaction) => {
      if (acted.effect === 'waiting') row.decision_id = await ask(transaction, actor, row, asked.approvers);
      await insertResult(transaction, storedOf(keepTexts ? row : withoutTexts(row)));
      const { id: resultId, reference, status, effect } = row;
      if (status !== 'passed')
        await events.publish(transaction, actor.tenantId, 'validation.failed', {
          resultId,
          ruleSet: ruleSet.name,
          version: ruleSet.version,
          source,
          reference,
          status,
          effect,
          rules: verdict.results.filter(({ passed }) => passed === false).map(({ rule }) => rule.id),
        });
      await record(transaction, actor, {
        subject: `validation:${resultId}`,
        details: [
          {
            about: asked.about === undefined ? [] : [asked.about],
            content: { ruleSet: ruleSet.name, version: ruleSet.version, status, effect },
          },
        ],
      });
    });
    return row;
  };
}

/** What is judged, as it can be stored. */
export function subjectOf({
  text,
  request,
  data,
}: Pick<ValidationRequest, 'text' | 'request' | 'data'>): Subject {
  return {
    text: storable(text),
    request: request === undefined ? null : storable(request),
    data: data ?? {},
  };
}

interface Outcome {
  asked: ValidationRequest;
  subject: Subject;
  verdict: Verdict;
  acted: Acted;
}

type Row = Omit<
  ResultRecord,
  'id' | 'tenant_id' | 'rule_set' | 'version' | 'source' | 'requested_by' | 'created_at'
>;

function rowOf({ asked, subject, verdict, acted }: Outcome): Row {
  const { judged } = verdict;
  return {
    reference: asked.reference ?? null,
    text: subject.text,
    text_hash: createHash('sha256').update(subject.text).digest('hex'),
    request: subject.request,
    data: asked.data ?? null,
    status: verdict.status,
    score: verdict.score,
    band: verdict.band,
    action: asked.action,
    effect: acted.effect,
    output: acted.output,
    after_status: acted.after?.status ?? null,
    attempt: asked.attempt,
    rules: keptRules(verdict),
    criteria: judged.criteria,
    feedback: feedbackOf(verdict),
    reask_text: reaskOf(verdict),
    engine: judged.engine,
    model: judged.model,
    model_failure: judged.modelFailure,
    decision_id: null,
    about: asked.about ?? null,
    human_status: null,
    human_by: null,
    human_reason: null,
    human_at: null,
  };
}

/** The same without anything that was taken from the text. */
function withoutTexts(row: ResultRecord): ResultRecord {
  const rules = (row.rules as unknown as KeptRule[]).map((rule) => ({
    ...rule,
    message: '',
    spans: [],
    edits: [],
  }));
  const nothing = { text: null, request: null, data: null, output: null, reask_text: null, feedback: '' };
  return { ...row, ...nothing, rules, criteria: [] };
}

function storedOf({ tenant_id: _tenant, ...row }: ResultRecord) {
  return {
    ...row,
    data: row.data && JSON.stringify(row.data),
    rules: JSON.stringify(row.rules),
    criteria: JSON.stringify(row.criteria),
    model_failure: row.model_failure && JSON.stringify(row.model_failure),
  };
}

/** A verdict of a trial, of which nothing is kept. */
export function trialViewOf(
  { ruleSet, version, action }: { ruleSet: string; version: number; action: Action },
  { text }: Subject,
  verdict: Verdict,
  acted: Acted,
): TrialView {
  const { judged, status, score, band } = verdict;
  return {
    ruleSet,
    version,
    status,
    score,
    band,
    action,
    text,
    rules: rulesWithWords(keptRules(verdict), text),
    feedback: feedbackOf(verdict),
    reaskText: reaskOf(verdict),
    effect: acted.effect,
    output: acted.output,
    afterStatus: acted.after?.status ?? null,
    engine: judged.engine,
    model: judged.model,
    modelFailure: judged.modelFailure,
  };
}

import type { z } from 'zod';
import type { ModelFailure } from '../../../judgement/index.ts';
import { applyEdits, type Edit, type Span } from './checks/check.ts';
import { titleOf, type Verdict } from './judge-text.ts';
import type { RuleResult } from './results.ts';
import type { ResultRecord } from './results-store.ts';
import type { BindingView, ResultView, RuleResultView, ruleSetVersionView, ruleSetView } from './schema.ts';
import type { BindingRecord, RuleSetRecord, VersionRecord } from './store.ts';

const MAX_KEPT_EDITS = 500;

/** What the history keeps of a rule's result: places, not the words there. */
export interface KeptRule extends Omit<RuleResultView, 'spans' | 'fixValue'> {
  spans: Span[];
  edits: Edit[];
}

export function ruleSetViewOf(row: RuleSetRecord): z.input<typeof ruleSetView> {
  return {
    name: row.name,
    title: row.title,
    description: row.description,
    publishedVersion: row.published_version,
    newestVersion: row.newest_version,
    archivedAt: row.archived_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  };
}

export function versionViewOf(
  row: VersionRecord,
  publishedVersion: number | null,
): z.input<typeof ruleSetVersionView> {
  const { rules, scoring, examples, keepTexts } = row.definition;
  return {
    name: row.name,
    version: row.version,
    rules,
    scoring,
    examples,
    keepTexts,
    comment: row.comment,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    publishedAt: row.published_at?.toISOString() ?? null,
    publishedBy: row.published_by,
    isPublished: row.version === publishedVersion,
  };
}

/** A version in a list, without its rules and examples. */
export function versionSummaryOf(row: VersionRecord, publishedVersion: number | null) {
  const {
    rules: _rules,
    scoring: _scoring,
    examples: _examples,
    ...summary
  } = versionViewOf(row, publishedVersion);
  return summary;
}

export function keptRules({ results, judged }: Verdict): KeptRule[] {
  return results.map(({ rule, passed, message, spans, edits }: RuleResult) => ({
    ruleId: rule.id,
    title: titleOf(rule),
    type: rule.type,
    hard: rule.hard,
    passed,
    score: judged.criteria.find(({ id }) => id === rule.id)?.score ?? 0,
    message,
    spans,
    edits: edits.length > MAX_KEPT_EDITS ? [] : edits,
  }));
}

/** Results with the words at their places; without a text there are none to show. */
export function rulesWithWords(rules: readonly KeptRule[], text: string | null): RuleResultView[] {
  return rules.map(({ edits, spans, ...rule }) => ({
    ...rule,
    spans: spans.map(({ start, end }) => ({ start, end, text: text?.slice(start, end) ?? '' })),
    fixValue: text !== null && edits.length > 0 ? applyEdits(text, edits) : null,
  }));
}

export function resultViewOf(row: ResultRecord): ResultView {
  return {
    resultId: row.id,
    ruleSet: row.rule_set,
    version: row.version,
    status: row.status,
    score: row.score,
    band: row.band,
    rules: rulesWithWords(row.rules as unknown as KeptRule[], row.text),
    feedback: row.feedback,
    reaskText: row.reask_text,
    action: row.action as ResultView['action'],
    effect: row.effect as ResultView['effect'],
    output: row.output,
    afterStatus: row.after_status as ResultView['afterStatus'],
    engine: row.human_status === null ? (row.engine as ResultView['engine']) : 'human',
    model: row.model,
    modelFailure: row.model_failure as ModelFailure | null,
    text: row.text,
    source: row.source as ResultView['source'],
    reference: row.reference,
    about: row.about,
    attempt: row.attempt,
    decisionId: row.decision_id,
    requestedBy: row.requested_by,
    human:
      row.human_status === null
        ? null
        : {
            status: row.human_status,
            decidedBy: row.human_by ?? '',
            reason: row.human_reason ?? '',
            decidedAt: (row.human_at ?? row.created_at).toISOString(),
          },
    createdAt: row.created_at.toISOString(),
  };
}

export function bindingViewOf(row: BindingRecord): BindingView {
  return {
    bindingId: row.id,
    target: row.target,
    agentId: row.agent_id,
    ruleSet: row.rule_set,
    action: row.action as BindingView['action'],
    field: row.field,
    maxReasks: row.max_reasks,
    approvers: row.approvers,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  };
}

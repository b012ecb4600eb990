import { isDeepStrictEqual } from 'node:util';
import type { RequestContext } from '../../../http/caller.ts';
import { Problem } from '../../../http/problem.ts';
import type { Database } from '../../../platform/database/index.ts';
import { actorOf, systemActor } from '../../shared/audit/index.ts';
import type { AnswerVerdict, CheckAnswer } from '../agents/index.ts';
import { jsonOf } from './checks/data.ts';
import { type CompiledTextRule, compileRules } from './compile.ts';
import type { Judging, OpenedRuleSet } from './judging.ts';
import type { ResultRecord } from './results-store.ts';
import { MAX_TEXT_LENGTH } from './rule/schema.ts';
import { type BindingRecord, bindingsOf } from './store.ts';
import type { Validate, ValidationRequest } from './validate.ts';
import type { Action } from './vocabulary.ts';

interface Setup {
  database: Database;
  judging: Judging;
  validate: Validate;
}

interface Bound {
  binding: BindingRecord;
  opened: OpenedRuleSet;
}

type Output = Record<string, unknown>;

/** What holds an answer of the chat back while it is written, and judges it once it is whole. */
export interface ChatGuard {
  /** Whether a sentence may be sent after those before it. */
  allows(sentence: string): boolean;
  /** Judges the whole; answers why it may not be used, or null. @throws by the signal alone */
  end(answer: { text: string; question: string; turn: string }): Promise<string | null>;
}

/** Judges the answers of agents and of the chat by what is bound to them. */
export function createAnswers({ database, judging, validate }: Setup) {
  const boundTo = (tenantId: string, target: BindingRecord['target'], agentId: string | null) =>
    database.withTenant(tenantId, async (transaction): Promise<Bound[]> => {
      const bindings = await bindingsOf(transaction, target, agentId);
      return Promise.all(
        bindings.map(async (binding) => ({
          binding,
          opened: await judging.open(transaction, tenantId, binding.rule_set, 'published'),
        })),
      );
    });

  const askedOf = ({ rule_set, action, max_reasks, approvers }: BindingRecord) => ({
    ruleSet: rule_set,
    action: action as Action,
    maxReasks: max_reasks,
    approvers,
  });

  const ofAgent: CheckAnswer = async ({ tenantId, agentId, executionId, requestedBy, ...answer }) => {
    let { output } = answer;
    for (const { binding, opened } of await boundTo(tenantId, 'agent', agentId)) {
      const text = textOf(output, binding.field);
      if (text.length > MAX_TEXT_LENGTH)
        return refused(`The answer is longer than the ${MAX_TEXT_LENGTH} characters that are judged.`);
      const asked: ValidationRequest = {
        ...askedOf(binding),
        text,
        request: answer.input,
        attempt: answer.attempt,
        reference: `execution:${executionId}`,
      };
      const actor = { ...systemActor(tenantId, 'agent.execute'), actingFor: personOf(requestedBy) };
      const row = await validate(actor, opened, asked, 'agent', answer.signal).catch((error: unknown) => {
        if (error instanceof Problem) return error;
        throw error;
      });
      if (row instanceof Problem) return refused(row.message);
      if (row.effect === 'reask' && row.reask_text !== null)
        return { kind: 'ask again', words: row.reask_text, answer: JSON.stringify(output) };
      if (row.output === null) return refused(wordsOf(row));
      const changed = row.output === text ? output : outputOf(output, binding.field, row.output);
      if (changed === null) return refused('What was left of the answer is not a JSON object.');
      output = changed;
    }
    return { kind: 'use', output };
  };

  return {
    ofAgent,

    openChat: async (request: RequestContext): Promise<ChatGuard | null> => {
      const { tenantId } = request.caller;
      const { actingFor, name } = actorOf(request);
      const actor = { ...systemActor(tenantId, 'chat.query'), actingFor: actingFor ?? name };
      const bound = await boundTo(tenantId, 'chat', null);
      if (bound.length === 0) return null;
      const strict = bound.filter(({ binding }) => binding.action === 'exception');
      const rules = strict.flatMap(({ opened }) => finalRules(opened));
      let sent = '';
      return {
        allows: (sentence) => {
          const text = sent === '' ? sentence : `${sent} ${sentence}`;
          const subject = { text, request: null, data: {} };
          if (rules.some(({ check }) => check.run(subject).holds === false)) return false;
          sent = text;
          return true;
        },
        end: async ({ text, question, turn }) => {
          for (const { binding, opened } of bound) {
            const asked: ValidationRequest = {
              ...askedOf(binding),
              text: text.slice(0, MAX_TEXT_LENGTH),
              request: question,
              attempt: 1,
              reference: `chat:${turn}`,
            };
            const row = await validate(actor, opened, asked, 'chat', request.signal);
            if (row.output === null) return wordsOf(row);
          }
          return null;
        },
      };
    },
  };
}

/** Hard rules which a text that fails keeps failing, whatever follows. */
function finalRules({ ruleSet }: OpenedRuleSet): CompiledTextRule[] {
  return compileRules(ruleSet.definition.rules).text.filter(
    ({ rule, check }) => check.isFinal === true && rule.hard && !rule.not,
  );
}

function wordsOf({ rule_set, feedback, id }: ResultRecord): string {
  return `It does not pass ${rule_set}. ${feedback} (validation ${id})`;
}

function refused(message: string): AnswerVerdict {
  return { kind: 'refuse', failure: { kind: 'not_valid', message } };
}

/** `user:<id>` of a person, also of one whom a key acted for. */
function personOf(requestedBy: string): string {
  const [, id] = / for (\S+)$/.exec(requestedBy) ?? [];
  return id === undefined ? requestedBy : `user:${id}`;
}

function textOf(output: Output, field: string | null): string {
  const value = field === null ? output : output[field];
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** The output with a text in the place of what was judged; null when it would be no object any more. */
function outputOf(output: Output, field: string | null, text: string): Output | null {
  if (field !== null) {
    const isText = typeof output[field] === 'string';
    const value = isText ? text : jsonOf(text);
    return value === undefined ? null : { ...output, [field]: value };
  }
  const value = jsonOf(text);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject) return null;
  return isDeepStrictEqual(value, output) ? output : (value as Output);
}

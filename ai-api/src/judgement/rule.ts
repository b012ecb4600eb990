import type { z } from 'zod';
import { type Expression, ExpressionError, type ExpressionLanguage } from './expression.ts';
import type { Facts, FactValue } from './facts.ts';
import type { ruleDefinition } from './schema.ts';

export type RuleDefinition = z.output<typeof ruleDefinition>;

/** A rule of the database, with the version that judgements refer to. */
export interface VersionedRule extends RuleDefinition {
  version: number;
}

/** A rule that can be run. */
export interface CompiledRule {
  rule: VersionedRule;
  when: Expression<boolean>;
  /** Paths of every fact that its condition and its message read. */
  paths: readonly string[];
  /** @param show how a value reads; as in English by default */
  message(facts: Facts, show?: (value: FactValue) => string): string;
}

/** What is wrong with a rule, and where. */
export interface RuleFault {
  field: 'when' | 'message' | 'criterion';
  message: string;
  start: number;
  end: number;
}

/** A rule that does not fit its vocabulary. */
export class RuleError extends Error {
  readonly key: string;
  readonly fault: RuleFault;

  constructor(key: string, fault: RuleFault) {
    super(`Rule ${key}, ${fault.field}, character ${fault.start + 1}: ${fault.message}`);
    this.name = 'RuleError';
    this.key = key;
    this.fault = fault;
  }
}

/**
 * Compiles a rule against a vocabulary and the criteria of its kind.
 * @throws {RuleError} naming the field and the position
 */
export function compileRule(
  rule: VersionedRule,
  language: ExpressionLanguage,
  criteria: readonly string[],
): CompiledRule {
  if (!criteria.includes(rule.criterion)) {
    const message = `is not a criterion; there are ${criteria.join(', ')}`;
    throw new RuleError(rule.key, { field: 'criterion', message, start: 0, end: rule.criterion.length });
  }
  const when = guard(rule.key, 'when', 0, () => language.condition(rule.when));
  const parts = template(rule, language);
  const expressions = parts.filter((part) => typeof part !== 'string');
  return {
    rule,
    when,
    paths: [...new Set([...when.paths, ...expressions.flatMap((part) => part.paths)])],
    message: (facts, show) =>
      parts.map((part) => (typeof part === 'string' ? part : print(part.evaluate(facts), show))).join(''),
  };
}

function template(rule: VersionedRule, language: ExpressionLanguage): (string | Expression<FactValue>)[] {
  const parts: (string | Expression<FactValue>)[] = [];
  let end = 0;
  for (const match of rule.message.matchAll(/\{([^{}]+)\}/g)) {
    parts.push(rule.message.slice(end, match.index));
    const source = match[1] as string;
    parts.push(guard(rule.key, 'message', match.index + 1, () => language.value(source)));
    end = match.index + match[0].length;
  }
  return [...parts, rule.message.slice(end)];
}

function guard<T>(key: string, field: RuleFault['field'], offset: number, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { message, start, end } = error;
    throw new RuleError(key, { field, message, start: start + offset, end: end + offset });
  }
}

/** Made once: a formatter costs more than what it formats. */
const inEnglish = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/** @throws for what is no number any more, so that the rule does not hold */
function print(value: FactValue | bigint, show?: (value: FactValue) => string): string {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new RangeError('a value of the message cannot be computed');
  if (show) return show(typeof value === 'bigint' ? Number(value) : value);
  if (typeof value !== 'number') return String(value);
  return inEnglish.format(value);
}

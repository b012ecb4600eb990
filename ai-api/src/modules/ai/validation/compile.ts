import { LRUCache } from 'lru-cache';
import type { Check, Subject } from './checks/check.ts';
import { checkOf, isTextRule, RuleFault, type TextRule } from './checks/index.ts';
import { type RuleResult, resultOf } from './results.ts';
import type { Definition, Rule, RuleOf } from './rule/schema.ts';

const MAX_COMPILED = 200;
/** Of the rules as JSON, all together. */
const MAX_COMPILED_CHARACTERS = 20_000_000;
/** The rules of one text hold the process for so long at most; those that are left are not known. */
const MAX_RUN_MS = 3_000;

/** A rule with the check that it runs. */
export interface CompiledTextRule {
  rule: TextRule;
  check: Check;
}

/** The rules of a version, ready to run. */
export interface CompiledRules {
  text: readonly CompiledTextRule[];
  similarity: readonly RuleOf<'similarity'>[];
  rubrics: readonly RuleOf<'rubric'>[];
  /** Results of the rules that need the text alone, in their order. */
  run(subject: Subject): RuleResult[];
}

/** What is wrong with a rule set, and where. */
interface DefinitionFault {
  field: string;
  message: string;
}

const compiled = new LRUCache<string, CompiledRules>({
  max: MAX_COMPILED,
  maxSize: MAX_COMPILED_CHARACTERS,
  sizeCalculation: (_rules, key) => key.length,
});

/** Compiles rules that {@link faultsOf} found no fault with; the same rules are compiled once. */
export function compileRules(rules: readonly Rule[]): CompiledRules {
  const key = JSON.stringify(rules);
  const before = compiled.get(key);
  if (before) return before;
  const text = rules.filter(isTextRule).map((rule) => ({ rule, check: checkOf(rule) }));
  const made: CompiledRules = {
    text,
    similarity: rules.filter((rule) => rule.type === 'similarity'),
    rubrics: rules.filter((rule) => rule.type === 'rubric'),
    run: (subject) => runWithin(MAX_RUN_MS, text, subject),
  };
  compiled.set(key, made);
  return made;
}

function runWithin(limitMs: number, rules: readonly CompiledTextRule[], subject: Subject): RuleResult[] {
  const until = performance.now() + limitMs;
  const late: Check = {
    asks: 'to be judged in time',
    run: () => ({ holds: null, says: `The rules before it took more than ${limitMs / 1000} s.` }),
  };
  return rules.map(({ rule, check }) => resultOf(rule, performance.now() < until ? check : late, subject));
}

/** Everything that is wrong with a definition beside what its schema tells. */
export function faultsOf({ rules, scoring }: Pick<Definition, 'rules' | 'scoring'>): DefinitionFault[] {
  const faults: DefinitionFault[] = [];
  const fault = (field: string, message: string) => faults.push({ field, message });
  const seen = new Set<string>();
  for (const [index, rule] of rules.entries()) {
    const place = `rules.${index}`;
    if (seen.has(rule.id)) fault(`${place}.id`, `"${rule.id}" is the id of another rule`);
    seen.add(rule.id);
    if ('min' in rule && 'max' in rule && (rule.min ?? 0) > (rule.max ?? Number.POSITIVE_INFINITY))
      fault(`${place}.min`, 'is more than max');
    if (rule.type === 'length' && rule.min === undefined && rule.max === undefined)
      fault(`${place}.max`, 'or min is needed');
    if (rule.not && rule.type === 'rubric') fault(`${place}.not`, 'a rubric asks for what it wants');
    const message = isTextRule(rule) ? faultOf(rule) : null;
    if (message) fault(`${place}.${message.field}`, message.message);
  }
  if (rules.every(({ weight }) => weight === 0)) fault('rules', 'need one with a weight');
  if (scoring.failBelow !== undefined && scoring.failBelow > scoring.passAt)
    fault('scoring.failBelow', 'is more than passAt');
  return faults;
}

function faultOf(rule: TextRule): RuleFault | null {
  try {
    checkOf(rule);
    return null;
  } catch (error) {
    if (error instanceof RuleFault) return error;
    throw error;
  }
}

import { isDeepStrictEqual } from 'node:util';
import type { PromptUsed } from '../models/prompt.ts';
import type { Facts, FactValue } from './facts.ts';
import type { Kind } from './kind.ts';

/** What a judgement came from: once any of it changes, what was measured before says nothing about the next ones. */
export interface MeasuredWith {
  /** Versions of the rules in force by key. */
  rules: Record<string, number>;
  /** Name and version of the prompt, and the model; null where no model took part. */
  prompt: string | null;
  model: string | null;
  /** Settings of the company that are facts of the kind. */
  settings: Readonly<Record<string, FactValue>>;
}

/** What a judgement came from, of its stored or judged parts. */
export function measuredWith(
  { settings }: Pick<Kind, 'settings'>,
  {
    rules,
    prompt,
    model,
    facts,
  }: {
    rules: readonly { key: string; version: number }[];
    prompt: Pick<PromptUsed, 'name' | 'version'> | null;
    model: string | null;
    facts: Facts;
  },
): MeasuredWith {
  return {
    rules: Object.fromEntries(rules.map(({ key, version }) => [key, version])),
    prompt: prompt && `${prompt.name}, version ${prompt.version}`,
    model: prompt && model,
    settings: (settings !== undefined && facts[settings]) || {},
  };
}

/** Which parts differ, in words; empty when none does. A judgement that no model took part in fits any prompt and model. */
export function changedParts(then: MeasuredWith, now: MeasuredWith): string[] {
  const read = now.prompt !== null;
  return [
    ...namesThatDiffer(then.rules, now.rules).map((key) => `rule ${key}`),
    ...(read && then.prompt !== now.prompt ? [`prompt ${now.prompt}`] : []),
    ...(read && then.model !== now.model ? [`model ${now.model}`] : []),
    ...namesThatDiffer(then.settings, now.settings).map((name) => `setting ${name}`),
  ];
}

function namesThatDiffer(then: Readonly<Record<string, unknown>>, now: Readonly<Record<string, unknown>>) {
  const names = new Set([...Object.keys(then), ...Object.keys(now)]);
  return [...names].filter((name) => !isDeepStrictEqual(then[name], now[name])).toSorted();
}

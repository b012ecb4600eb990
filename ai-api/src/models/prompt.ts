import type { PromptVariable } from './prompt-template.ts';
import { renderTemplate } from './prompt-template.ts';

/** One version of a prompt, ready to be used, and how it came to be the one. */
export interface ResolvedPrompt {
  name: string;
  /** Counts from 1. */
  version: number;
  /** The number that Langfuse gave it; null or absent where Langfuse does not have it. */
  langfuseVersion?: number | null;
  /** The label that led to it; null when the version itself was asked for. */
  label: string | null;
  text: string;
  variables: readonly PromptVariable[];
  /** Free settings of the prompt, as Langfuse keeps them beside the text. */
  config: Readonly<Record<string, unknown>>;
  /** It comes from the mirror because its source could not be asked. */
  isFallback: boolean;
  experimentId: string | null;
}

/** Which prompt a model was asked with, as judgements keep it. */
export type PromptUsed = Pick<ResolvedPrompt, 'name' | 'version' | 'label' | 'isFallback' | 'experimentId'>;

/** The text with the prompt's own values, and those of its user, filled in. */
export function renderPrompt(prompt: ResolvedPrompt, supplied: Readonly<Record<string, string>>): string {
  const own = prompt.variables.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]));
  return renderTemplate(prompt.text, { ...supplied, ...Object.fromEntries(own) });
}

/** The part that a judgement keeps. */
export function promptUsed(prompt: ResolvedPrompt): PromptUsed {
  const { name, version, label, isFallback, experimentId } = prompt;
  return { name, version, label, isFallback, experimentId };
}

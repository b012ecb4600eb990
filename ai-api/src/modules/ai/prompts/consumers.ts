import { type Kind, promptNameOf, suppliedBy } from '../../../judgement/index.ts';

export type Consumers = ReturnType<typeof consumersOf>;

/** What the platform itself uses prompts for. A prompt has the name of its kind of judgement, or of the kind's witness. */
export function consumersOf(kinds: readonly Kind[]) {
  const byName = new Map(kinds.map((kind) => [promptNameOf(kind), kind]));
  return {
    kindOf: (name: string): Kind | null => byName.get(name) ?? null,
    /** Names of the variables that are filled in; null for a prompt that the platform does not use. */
    suppliedTo: (name: string): string[] | null => {
      const kind = byName.get(name);
      if (kind) return Object.keys(suppliedBy(kind));
      return OWN[name] ?? null;
    },
  };
}

/** The prompt that writes better prompts. */
export const OPTIMIZER = 'prompt-optimizer';

/** Variables that are filled in for prompts of no kind of judgement. */
const OWN: Readonly<Record<string, string[]>> = {
  [OPTIMIZER]: [],
  'policy-answer': ['open', 'close'],
  validation: ['facts'],
};

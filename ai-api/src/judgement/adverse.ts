import type { Decides } from './kind.ts';

declare const granted: unique symbol;

/** An outcome that an engine may decide: {@link grant} alone makes one, and never of an adverse outcome. */
export type Granted = string & { readonly [granted]: true };

/** The outcome for an engine to decide; null when it is adverse, so that a person has to. */
export function grant({ adverse }: Pick<Decides, 'adverse'>, outcome: string): Granted | null {
  return adverse.includes(outcome) ? null : (outcome as Granted);
}

import { type Served, serve } from '../../../http/router.ts';
import type { Explains } from '../../../judgement/index.ts';
import type { Database } from '../../../platform/database/index.ts';
import { explanation } from './contract.ts';
import { createExplanations, type Explanations } from './service.ts';

interface Needs {
  database: Database;
  /** What modules know of their judgements. */
  explains: () => readonly Explains[];
}

export function create({ database, explains }: Needs) {
  return createExplanations(database, explains);
}

/** The operations of this module. */
export function operations(service: Explanations): Served[] {
  return [serve(explanation, { get: ({ judgementId }, context) => service.explain(context, judgementId) })];
}

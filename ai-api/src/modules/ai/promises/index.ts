import { type Served, serve } from '../../../http/router.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { CountedPromise } from '../../../platform/promises.ts';
import { promise } from './contract.ts';
import { createPromises, type Promises } from './service.ts';

interface Needs {
  /** What every module promises. */
  promises: () => readonly CountedPromise[];
  clock: Clock;
}

export function create({ promises, clock }: Needs) {
  return createPromises(promises, () => clock.now());
}

/** The operations of this module. */
export function operations(service: Promises): Served[] {
  return [serve(promise, { check: (_input, { caller, signal }) => service.check(caller.tenantId, signal) })];
}

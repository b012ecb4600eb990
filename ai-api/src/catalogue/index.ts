import type { Resource } from '../contract/operation.ts';
import { MODULES } from './modules.ts';

type Contracts = (typeof MODULES)[keyof typeof MODULES]['contract'];
type Merged<U> = (U extends unknown ? (contract: U) => void : never) extends (contract: infer I) => void
  ? I
  : never;

export type Resources = { [Name in keyof Merged<Contracts>]: Merged<Contracts>[Name] };

/** Every resource of the platform, those of the systems before what they share. */
export const resources = Object.assign(
  {},
  ...Object.values(MODULES)
    .map(({ contract }): Record<string, Resource> => contract)
    .toReversed(),
) as Resources;

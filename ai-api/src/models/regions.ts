import { ModelError } from './chat.ts';

/** A provider, as far as regions go. */
interface InRegions {
  /** Where it keeps what it is sent, as the operator declares; null when undeclared. */
  readonly regions: readonly string[] | null;
}

/** Whether data that stays in a region may be sent there; data without a region may go anywhere. */
export function mayReceive({ regions }: InRegions, dataRegion: string | null): boolean {
  return dataRegion === null || regions?.includes(dataRegion) === true;
}

/** No model is declared for the region of the company. */
export function notInRegion(dataRegion: string | null): ModelError {
  return new ModelError('not_in_region', noneIn('model', dataRegion));
}

/** For example: No model is declared to keep data in eu-west-1, where the data of the company stays. */
export function noneIn(what: 'model' | 'provider of embeddings', dataRegion: string | null): string {
  return `No ${what} is declared to keep data in ${dataRegion}, where the data of the company stays.`;
}

import { type RawBuilder, sql } from 'kysely';
import type { Database } from './index.ts';

/** Where this installation keeps its data, and where its sister installations are reached. */
export interface Residency {
  /** Region that the operator declares; null when undeclared, and then nothing is checked. */
  region: string | null;
  /** Public URL of the installation of every other region that the operator knows. */
  urls: Readonly<Record<string, string>>;
}

export const UNDECLARED: Residency = { region: null, urls: {} };

/** The data of a company stays in another region than this installation's. */
export class DataElsewhere extends Error {
  /** Where the data stays. */
  readonly region: string;
  /** Where the installation of that region is reached; null when it is not known here. */
  readonly url: string | null;

  constructor(region: string, url: string | null) {
    const where = url ? `: ${url}` : '. This installation does not know its address.';
    super(`The data of this company stays in ${region}. Send the request to the installation there${where}`);
    this.name = 'DataElsewhere';
    this.region = region;
    this.url = url;
  }
}

/** Whether data that stays in `dataRegion` may be kept here; null is for data that may be anywhere. */
export function isHere({ region }: Residency, dataRegion: string | null): boolean {
  return region === null || dataRegion === null || dataRegion === region;
}

/** @throws {DataElsewhere} */
export function requireHere(residency: Residency, dataRegion: string | null): void {
  if (dataRegion === null || isHere(residency, dataRegion)) return;
  throw new DataElsewhere(dataRegion, residency.urls[dataRegion] ?? null);
}

/** For statements about the rows of all companies: whether the data of the company in a column stays here. */
export function staysHere({ region }: Residency, tenantColumn: string): RawBuilder<boolean> {
  if (region === null) return sql<boolean>`true`;
  return sql<boolean>`coalesce(platform.data_region(${sql.ref(tenantColumn)}) = ${region}, true)`;
}

/** Where the data of a tenant stays; null for anywhere. */
export async function dataRegionOf(database: Database, tenantId: string): Promise<string | null> {
  const owner = database.system('where the data of a company stays decides to whom it may be sent');
  const { rows } = await sql<{ region: string | null }>`
    select platform.data_region(${tenantId}::uuid) as region`.execute(owner);
  return rows[0]?.region ?? null;
}

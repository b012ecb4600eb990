import type { AppDefinition } from '../build/export-types.ts';
import { SOURCES } from '../build/model.ts';
import type { ToolJet } from './tooljet.ts';

/** Options of a data source; those in `secrets` are stored encrypted. */
export interface SourceOptions {
  options: Record<string, string | boolean>;
  secrets: Record<string, string>;
}

/**
 * Fills in the data sources that an import made, in every environment: ToolJet leaves their secrets blank.
 * @returns a line for each data source
 */
export async function pushSources(
  toolJet: ToolJet,
  definitions: readonly AppDefinition[],
  configured: Record<string, SourceOptions>,
): Promise<string[]> {
  const sources = new Map(
    definitions.flatMap(({ dataSources }) => dataSources.map((source) => [source.id, source])),
  );
  const environments = new Set(
    definitions.flatMap(({ appEnvironments }) => appEnvironments.map(({ id }) => String(id))),
  );
  const lines: string[] = [];
  for (const { id, kind, name } of sources.values()) {
    // Every app brings sources of ToolJet's own, such as one for code.
    if (!(SOURCES as readonly string[]).includes(kind)) continue;
    const options = configured[kind];
    if (!options) {
      lines.push(`data source ${name} has no settings in the environment: configure it in ToolJet`);
      continue;
    }
    const body = { name, options: pairs(options) };
    for (const environment of environments) {
      const query = `?environment_id=${environment}`;
      await toolJet.callFirst('PUT', [`/data-sources/${id}${query}`, `/v2/data_sources/${id}${query}`], body);
    }
    lines.push(`data source ${name} is set in ${environments.size} environments`);
  }
  return lines;
}

function pairs({ options, secrets }: SourceOptions) {
  const pair =
    (encrypted: boolean) =>
    ([key, value]: [string, unknown]) => ({ key, value, encrypted });
  return [...Object.entries(options).map(pair(false)), ...Object.entries(secrets).map(pair(true))];
}

import type { NamedPersonalData } from '../../../../platform/personal-data.ts';
import { type Catalogue, type Column, holdsText } from './catalogue.ts';

/** Names of columns that identify a person. */
const WHO =
  /(^|_)(builder|user|person|owner|author|reviewer|member|recipient|approver|subject|email|phone|address|who|by)(_id|_name|_email|_user)?s?$|^acting_for$|^actor_(name|key_id)$|^credential$|^about$/;
/** Types that hold a name. */
const NAMES = /^(text|uuid|character varying)(\(\d+\))?(\[\])?$/;
/** Names of columns that people write in, or that hold what others sent. */
const FREE =
  /(^|_)(name|title|text|texts|message|content|body|reason|comment|note|notes|feedback|justification|appeal|input|output|payload|data|summary|details?|question|answer|error|description|facts|criteria|input|prompt|transcript|explanation|definition|caller|config|settings|value|waiver|human|instructions|thinking|before|after|url|file|path)s?$/;

/** A table of which no module says how its personal data is exported and erased, or not all of it. */
export interface Gap {
  table: string;
  why: string;
}

/** Whether a column may hold personal data, and of which sort. */
export function suspicionOf(column: Column): 'names a person' | 'may hold what people write' | null {
  if (NAMES.test(column.type) && WHO.test(column.name)) return 'names a person';
  if (/^jsonb?$/.test(column.type)) return 'may hold what people write';
  return holdsText(column) && FREE.test(column.name) ? 'may hold what people write' : null;
}

/**
 * Tables with personal data that no module claims, columns that name a person and that its module forgot, and claims of
 * what does not exist.
 * @param allowed why a table or column, such as `context.redactions.rule`, holds nothing personal
 */
export function gapsIn(
  catalogue: Catalogue,
  hooks: readonly NamedPersonalData[],
  allowed: Readonly<Record<string, string>>,
): Gap[] {
  const claims = new Map(hooks.flatMap(({ tables }) => tables.map((table) => [table.table, table] as const)));
  const gaps: Gap[] = [];
  for (const table of catalogue.values()) {
    if (Object.hasOwn(allowed, table.name)) continue;
    const claim = claims.get(table.name);
    const named = [...(claim?.of ?? []), ...(claim?.by ?? [])].map((name) => name.replace(/\[\]|\{\}/, ''));
    for (const column of table.columns) {
      const place = `${table.name}.${column.name}`;
      const suspicion = suspicionOf(column);
      if (suspicion === null || Object.hasOwn(allowed, place)) continue;
      if (!claim)
        gaps.push({ table: table.name, why: `${column.name} ${suspicion}, and no module claims the table` });
      else if (
        suspicion === 'names a person' &&
        !named.includes(column.name) &&
        !claim.withheld?.includes(column.name)
      )
        gaps.push({ table: table.name, why: `${column.name} ${suspicion}, and its module does not say how` });
    }
    const unknown = named.filter((name) => !table.columns.some((column) => column.name === name));
    gaps.push(...unknown.map((name) => ({ table: table.name, why: `there is no column ${name}` })));
  }
  for (const table of claims.keys())
    if (!catalogue.has(table)) gaps.push({ table, why: 'there is no such table' });
  return gaps;
}

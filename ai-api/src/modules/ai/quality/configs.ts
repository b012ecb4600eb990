import type { Insertable, Selectable } from 'kysely';
import { invalidField } from '../../../http/problem.ts';
import type { Schema } from '../../../platform/database/index.ts';
import {
  type DataType,
  DECISION_CONFIG,
  GRADE_CONFIG,
  MAX_TEXT_SCORE_LENGTH,
  REASONS_CONFIG,
  REMARK_CONFIG,
  type ScoreConfig,
} from './schema.ts';

export type ConfigRecord = Selectable<Schema['quality.score_configs']>;

/** A value that fits its config, as it is stored: numbers and flags (1, 0) as a number, the rest as text. */
export interface StoredValue {
  number_value: number | null;
  text_value: string | null;
}

type BuiltIn = Pick<ScoreConfig, 'name' | 'dataType' | 'description' | 'kinds'> &
  Partial<Pick<ScoreConfig, 'minValue' | 'maxValue' | 'categories'>>;

/** One of these is needed in every review, by its kind. */
const REQUIRED: readonly string[] = [GRADE_CONFIG, DECISION_CONFIG];

/** What every company's reviewers may score by; a new kind of judgement has those for every kind at once. */
const BUILT_IN: readonly BuiltIn[] = [
  {
    name: GRADE_CONFIG,
    dataType: 'CATEGORICAL',
    description: 'The grade you would have given on the same facts.',
    kinds: null,
    categories: [
      { label: 'A', value: 4 },
      { label: 'B', value: 3 },
      { label: 'C', value: 2 },
      { label: 'D', value: 1 },
      { label: 'E', value: 0 },
      { label: 'insufficient evidence', value: null },
    ],
  },
  {
    name: DECISION_CONFIG,
    dataType: 'BOOLEAN',
    description: 'Where something was decided: whether you would have decided the same.',
    kinds: null,
  },
  {
    name: REASONS_CONFIG,
    dataType: 'BOOLEAN',
    description: 'Whether every reason follows from the evidence it names.',
    kinds: null,
  },
  {
    name: 'feedback helps',
    dataType: 'NUMERIC',
    description: 'How far the feedback helps its reader: 1 not at all, 5 very much.',
    kinds: null,
    minValue: 1,
    maxValue: 5,
  },
  {
    name: REMARK_CONFIG,
    dataType: 'TEXT',
    description: 'Anything the next prompt or rule should learn from this.',
    kinds: null,
  },
  {
    name: 'tone',
    dataType: 'CATEGORICAL',
    description: 'How the feedback speaks to the builder.',
    kinds: ['evaluation'],
    categories: [
      { label: 'too soft', value: -1 },
      { label: 'right', value: 0 },
      { label: 'too harsh', value: 1 },
    ],
  },
  {
    name: 'reflection',
    dataType: 'NUMERIC',
    description: 'The score you would have given the weekly note, 0 to 100.',
    kinds: ['evaluation'],
    minValue: 0,
    maxValue: 100,
  },
  {
    name: 'market reasoning',
    dataType: 'NUMERIC',
    description: 'The score you would have given the reasoning behind the market size, 0 to 100.',
    kinds: ['project-evaluation'],
    minValue: 0,
    maxValue: 100,
  },
];

/** The built-in configs and the company's own ones; an archived built-in one is a row too. By name. */
export function mergeConfigs(rows: readonly ConfigRecord[]): ScoreConfig[] {
  const stored = rows.map(configView);
  const names = new Set(stored.map(({ name }) => name));
  const builtIn = BUILT_IN.map(builtInView).filter(({ name }) => !names.has(name));
  return [...builtIn, ...stored].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether new scores of a kind may be given by it. */
export function appliesTo({ archivedAt, kinds }: ScoreConfig, kind: string): boolean {
  return archivedAt === null && (kinds === null || kinds.includes(kind));
}

/** What a review is scored by: a decision by whether it was right, everything else by its grade. */
export function configsFor(
  configs: readonly ScoreConfig[],
  { kind, outcome }: { kind: string; outcome: string | null },
): ScoreConfig[] {
  const needed = outcome === null ? GRADE_CONFIG : DECISION_CONFIG;
  return configs
    .filter((config) => appliesTo(config, kind) && (config.name !== DECISION_CONFIG || outcome !== null))
    .map((config) => ({ ...config, required: config.name === needed }));
}

function builtInView(config: BuiltIn): ScoreConfig {
  return {
    minValue: null,
    maxValue: null,
    categories: null,
    ...config,
    source: 'built-in',
    required: REQUIRED.includes(config.name),
    archivedAt: null,
  };
}

function configView(row: ConfigRecord): ScoreConfig {
  return {
    name: row.name,
    dataType: row.data_type,
    description: row.description,
    kinds: row.kinds,
    minValue: row.min_value,
    maxValue: row.max_value,
    categories: row.categories,
    source: row.source,
    required: REQUIRED.includes(row.name) && row.archived_at === null,
    archivedAt: row.archived_at?.toISOString() ?? null,
  };
}

/** A config as it is stored. */
export function configRow(
  config: Pick<ScoreConfig, 'name' | 'dataType' | 'description'> & Partial<ScoreConfig>,
): Omit<Insertable<Schema['quality.score_configs']>, 'id' | 'created_by' | 'source'> {
  return {
    name: config.name,
    data_type: config.dataType,
    description: config.description,
    kinds: config.kinds ?? null,
    min_value: config.minValue ?? null,
    max_value: config.maxValue ?? null,
    categories: config.categories ? JSON.stringify(config.categories) : null,
    archived_at: null,
  };
}

/** What a new config lacks, or has too much of. @throws {import('../../../http/problem.ts').Problem} INVALID_INPUT */
export function checkConfig(config: {
  dataType: DataType;
  minValue?: number | undefined;
  maxValue?: number | undefined;
  categories?: { label: string; value: number | null }[] | undefined;
}): void {
  const { dataType, minValue, maxValue, categories } = config;
  if (dataType === 'NUMERIC') {
    if (minValue === undefined) throw invalidField('minValue', 'is needed for NUMERIC');
    if (maxValue === undefined) throw invalidField('maxValue', 'is needed for NUMERIC');
    if (minValue >= maxValue) throw invalidField('maxValue', 'must be greater than minValue');
  } else {
    if (minValue !== undefined) throw invalidField('minValue', 'is for NUMERIC only');
    if (maxValue !== undefined) throw invalidField('maxValue', 'is for NUMERIC only');
  }
  if (dataType !== 'CATEGORICAL') {
    if (categories) throw invalidField('categories', 'is for CATEGORICAL only');
    return;
  }
  if (!categories) throw invalidField('categories', 'is needed for CATEGORICAL');
  const labels = categories.map(({ label }) => label);
  if (new Set(labels).size < labels.length) throw invalidField('categories', 'has a label twice');
  const places = categories.map(({ value }) => value).filter((value) => value !== null);
  if (new Set(places).size < places.length) throw invalidField('categories', 'has a value twice');
}

/**
 * A score's value by its config. Langfuse validates later and without an error, so that what is wrong is refused here.
 * @param field names the input in the refusal
 * @throws {import('../../../http/problem.ts').Problem} INVALID_INPUT
 */
export function parseValue(
  config: ScoreConfig,
  value: number | boolean | string,
  field = 'value',
): StoredValue {
  const number = (number_value: number): StoredValue => ({ number_value, text_value: null });
  const refuse = (message: string) => invalidField(field, `${message} (${config.name})`);
  switch (config.dataType) {
    case 'NUMERIC': {
      const given = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      const { minValue: min, maxValue: max } = config;
      if (typeof given !== 'number' || !Number.isFinite(given)) throw refuse('must be a number');
      if ((min !== null && given < min) || (max !== null && given > max))
        throw refuse(`must be from ${min} to ${max}`);
      return number(given);
    }
    case 'BOOLEAN': {
      if (value === true || value === 'true' || value === 1) return number(1);
      if (value === false || value === 'false' || value === 0) return number(0);
      throw refuse('must be true or false');
    }
    case 'CATEGORICAL': {
      const labels = (config.categories ?? []).map(({ label }) => label);
      if (typeof value !== 'string' || !labels.includes(value))
        throw refuse(`must be one of ${labels.join(', ')}`);
      return { number_value: null, text_value: value };
    }
    case 'TEXT': {
      if (typeof value !== 'string') throw refuse('must be text');
      if (value.length > MAX_TEXT_SCORE_LENGTH)
        throw refuse(`must have at most ${MAX_TEXT_SCORE_LENGTH} characters`);
      return { number_value: null, text_value: value };
    }
  }
}

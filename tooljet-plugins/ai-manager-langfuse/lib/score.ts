import { QueryError } from '../../common/query-error.ts';

type Body = Record<string, unknown>;

/** A score config of Langfuse, as far as a value is checked by it. */
export interface ScoreConfig {
  name?: string;
  dataType?: string;
  minValue?: number | null;
  maxValue?: number | null;
  categories?: { label: string }[] | null;
}

/**
 * Makes the value what Langfuse keeps: BOOLEAN 0 or 1, NUMERIC a number in the config's range,
 * CATEGORICAL one of its categories. Langfuse itself answers 200 to others and drops them later.
 *
 * @throws {QueryError} for a value that would be dropped
 */
export function checkedScore(body: Body, config?: ScoreConfig): Body {
  const dataType = String(config?.dataType ?? body.dataType ?? guess(body.value));
  if (config?.name && body.name !== config.name)
    throw refused('name', `must be ${config.name}, as the score config is called`);
  if (body.dataType && config?.dataType && body.dataType !== config.dataType) {
    throw refused('dataType', `must be ${config.dataType}, as defined in the score config`);
  }
  return { ...body, dataType, value: storedValue(dataType, body.value, config) };
}

function guess(value: unknown): string {
  const text = String(value).trim();
  if (/^(true|false)$/i.test(text)) return 'BOOLEAN';
  return text !== '' && Number.isFinite(Number(text)) ? 'NUMERIC' : 'CATEGORICAL';
}

function storedValue(dataType: string, given: unknown, config?: ScoreConfig): unknown {
  const text = String(given).trim();
  if (dataType === 'BOOLEAN') {
    if (/^(true|1)$/i.test(text)) return 1;
    if (/^(false|0)$/i.test(text)) return 0;
    throw refused('value', 'must be true or false');
  }
  if (dataType === 'NUMERIC') return inRange(text, config);
  const labels = config?.categories?.map(({ label }) => label) ?? [];
  if (dataType === 'CATEGORICAL' && labels.length > 0 && !labels.includes(text)) {
    throw refused('value', `must be one of ${labels.join(', ')}`);
  }
  return text;
}

function inRange(text: string, config?: ScoreConfig): number {
  const value = Number(text);
  const least = config?.minValue ?? Number.NEGATIVE_INFINITY;
  const most = config?.maxValue ?? Number.POSITIVE_INFINITY;
  if (text === '' || !Number.isFinite(value)) throw refused('value', 'must be a number');
  if (value < least || value > most) throw refused('value', `must be from ${least} to ${most}`);
  return value;
}

function refused(field: string, message: string): QueryError {
  return new QueryError('The score is not valid', `${field} ${message}.`, {
    code: 'INVALID_INPUT',
    fields: { [field]: message },
  });
}

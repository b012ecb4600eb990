const TIMEOUT_MS = 20_000;
const DAY_MS = 86_400_000;
/** Scores of the product that are from 0 to 1: Langfuse counts the flags of reviewers and readers so. */
const SCORES = 'reasons hold,same decision,helpful';

interface Row {
  name?: string;
  avg_value?: unknown;
  count_count?: unknown;
}

/**
 * Asks Langfuse for the mean of the last day's scores and prints one line of JSON, which a metric filter of CloudWatch
 * reads: the mean, or that there was work and no one scored any of it.
 * @see https://langfuse.com/docs/metrics/features/metrics-api
 */
async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const names = (env.QUALITY_SCORES || SCORES).split(',').map((name) => name.trim());
  const query = querier(env);
  const rows = await query({
    view: 'scores-numeric',
    metrics: [
      { measure: 'value', aggregation: 'avg' },
      { measure: 'count', aggregation: 'count' },
    ],
    dimensions: [{ field: 'name' }],
    filters: [{ column: 'name', operator: 'any of', value: names, type: 'stringOptions' }],
  });
  const means = rows.map(readMean).filter(({ scores }) => scores > 0);
  const other = means.find(({ mean }) => !(mean >= 0 && mean <= 1));
  if (other) throw new Error(`the score "${other.name}" is not on a scale of 0 to 1.`);
  const scores = means.reduce((sum, one) => sum + one.scores, 0);
  if (scores > 0) {
    const value = means.reduce((sum, one) => sum + one.mean * one.scores, 0) / scores;
    return console.log(JSON.stringify({ metric: 'langfuse_quality', value, scores }));
  }
  const counted = { measure: 'count', aggregation: 'count' };
  const [work] = await query({ view: 'observations', metrics: [counted], dimensions: [], filters: [] });
  const calls = Number(work?.count_count ?? 0);
  if (calls === 0) return console.log(JSON.stringify({ message: 'nothing to score in a day' }));
  console.log(JSON.stringify({ metric: 'langfuse_quality_missing', value: 1, calls }));
}

/** Asks the metrics of the last day. @throws Error without keys, and when Langfuse does not answer */
function querier({ LANGFUSE_BASE_URL, LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY }: NodeJS.ProcessEnv) {
  if (!LANGFUSE_BASE_URL || !LANGFUSE_PUBLIC_KEY || !LANGFUSE_SECRET_KEY)
    throw new Error('LANGFUSE_BASE_URL, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY must be set.');
  const key = Buffer.from(`${LANGFUSE_PUBLIC_KEY}:${LANGFUSE_SECRET_KEY}`).toString('base64');
  const to = new Date();
  const span = {
    fromTimestamp: new Date(to.getTime() - DAY_MS).toISOString(),
    toTimestamp: to.toISOString(),
  };
  return async (query: object): Promise<Row[]> => {
    const url = new URL('/api/public/v2/metrics', LANGFUSE_BASE_URL);
    url.searchParams.set('query', JSON.stringify({ ...query, ...span }));
    const answer = await fetch(url, {
      headers: { authorization: `Basic ${key}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!answer.ok) throw new Error(`Langfuse answered with HTTP ${answer.status}.`);
    return ((await answer.json()) as { data: Row[] }).data;
  };
}

/** Counts and means come as numbers or as text. */
function readMean({ name = '', avg_value, count_count }: Row) {
  return { name, mean: Number(avg_value ?? Number.NaN), scores: Number(count_count ?? 0) };
}

main(process.env).catch((error: Error) => {
  console.error(JSON.stringify({ message: `quality was not measured: ${error.message}` }));
  process.exitCode = 1;
});

const TIMEOUT_MS = 20_000;

/**
 * Asks Langfuse for the mean of the last day's scores and prints it as one line of JSON, which a metric filter
 * of CloudWatch reads. Prints nothing to filter when there was no score.
 * @see https://langfuse.com/docs/metrics/features/metrics-api
 */
async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const { LANGFUSE_BASE_URL, LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY, QUALITY_SCORES = 'quality' } = env;
  if (!LANGFUSE_BASE_URL || !LANGFUSE_PUBLIC_KEY || !LANGFUSE_SECRET_KEY)
    throw new Error('LANGFUSE_BASE_URL, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY must be set.');
  const to = new Date();
  const query = {
    view: 'scores-numeric',
    metrics: [
      { measure: 'value', aggregation: 'avg' },
      { measure: 'count', aggregation: 'count' },
    ],
    dimensions: [],
    filters: [
      { column: 'name', operator: 'any of', value: QUALITY_SCORES.split(','), type: 'stringOptions' },
    ],
    fromTimestamp: new Date(to.getTime() - 86_400_000).toISOString(),
    toTimestamp: to.toISOString(),
  };
  const url = new URL('/api/public/v2/metrics', LANGFUSE_BASE_URL);
  url.searchParams.set('query', JSON.stringify(query));
  const key = Buffer.from(`${LANGFUSE_PUBLIC_KEY}:${LANGFUSE_SECRET_KEY}`).toString('base64');
  const answer = await fetch(url, {
    headers: { authorization: `Basic ${key}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!answer.ok) throw new Error(`Langfuse answered with HTTP ${answer.status}.`);
  const { data } = (await answer.json()) as { data: Record<string, unknown>[] };
  // Counts and means come as numbers or as text.
  const value = Number(data[0]?.avg_value ?? Number.NaN);
  const scores = Number(data[0]?.count_count ?? 0);
  if (!Number.isFinite(value) || scores === 0) console.log(JSON.stringify({ message: 'no score in a day' }));
  else console.log(JSON.stringify({ metric: 'langfuse_quality', value, scores }));
}

main(process.env).catch((error: Error) => {
  console.error(JSON.stringify({ message: `quality was not measured: ${error.message}` }));
  process.exitCode = 1;
});

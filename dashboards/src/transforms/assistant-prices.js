/** Prices of models, in dollars for a million tokens. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((price) => ({
      model: price.model,
      validFrom: price.validFrom,
      input: price.input,
      output: price.output,
      cache: `${price.cacheRead} / ${price.cacheWrite}`,
      setBy: price.setBy,
    })),
  };
}

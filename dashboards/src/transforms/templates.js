/** Templates as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((one) => ({
      name: one.name,
      title: one.title,
      steps: one.steps,
      published: one.publishedVersion === null ? 'no' : `version ${one.publishedVersion}`,
      newest: String(one.newestVersion),
    })),
  };
}

/** Rule sets as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map(({ name, title, publishedVersion, newestVersion }) => ({
      name,
      title,
      published: publishedVersion === null ? 'no' : `version ${publishedVersion}`,
      newest: String(newestVersion),
    })),
  };
}

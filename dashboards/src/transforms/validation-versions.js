/** Versions of a rule set as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map(({ version, isPublished, publishedAt, comment, createdBy }) => ({
      version: String(version),
      state: isPublished ? 'published' : publishedAt ? 'earlier' : 'draft',
      comment,
      by: createdBy,
    })),
  };
}

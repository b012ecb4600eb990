/** Versions of a template as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((one) => ({
      version: one.version,
      state: one.isPublished ? 'published' : one.publishedAt ? 'earlier' : 'draft',
      comment: one.comment,
      by: one.createdBy,
    })),
  };
}

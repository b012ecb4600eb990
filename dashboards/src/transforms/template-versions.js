/** Versions of a template as a table. */
export default function transform(data) {
  const items = data?.items ?? [];
  return {
    published: items.find(({ isPublished }) => isPublished)?.version ?? 0,
    rows: items.map((one) => ({
      version: one.version,
      state: one.isPublished ? 'published' : one.publishedAt ? 'published before' : 'draft',
      comment: one.comment,
      by: one.createdBy,
      approved: one.approvals.map(({ approvedBy }) => approvedBy).join(', ') || '—',
    })),
  };
}

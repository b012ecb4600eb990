/** Notification templates as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((one) => ({
      name: one.name,
      title: one.title,
      about: one.category,
      sent: one.isDefault ? 'default' : `version ${one.publishedVersion ?? 'none'}`,
    })),
  };
}

/** What personal data is kept, and why. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map(({ module, categories, source, purpose, sharedWith }) => ({
      module,
      categories: categories.join('; '),
      source,
      purpose,
      sharedWith: sharedWith.join('; ') || 'not shared',
    })),
  };
}

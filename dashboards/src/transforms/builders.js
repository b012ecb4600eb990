/** Builders as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((builder) => ({
      builderId: builder.builderId,
      name: builder.name,
      team: builder.team,
      title: builder.title ?? '—',
      status: builder.status.replace('_', ' '),
      weeklyHours: builder.weeklyHours,
      since: builder.startedOn,
      email: builder.email,
    })),
  };
}

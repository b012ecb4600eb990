/** Builders that a run could not judge, with the reasons. */
export default function transform(data) {
  return { rows: data?.failures ?? [], runId: data?.runId ?? '', week: data?.week ?? '' };
}

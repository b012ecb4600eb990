/** Builders who are not informed of a notice. */
export default function transform(data) {
  return { rows: (data?.items ?? []).map(({ name, team, email }) => ({ name, team, email })) };
}

/** The builder's own projects as options of a dropdown. */
export default function transform(data) {
  return {
    options: (data?.items ?? []).map(({ projectId, name }) => ({
      label: name,
      value: projectId,
      disable: false,
      visible: true,
      default: false,
    })),
  };
}

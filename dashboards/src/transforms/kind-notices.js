const MODES = { on: 'engines', propose: 'engines propose', people: 'people' };

/** Notices of all kinds with how many people are informed; they name no one. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map(
      ({
        kind,
        title,
        version,
        isCurrent,
        decides,
        builders,
        acknowledged,
        informedOtherwise,
        notInformed,
      }) => ({
        kind,
        title,
        version: version === null ? '—' : String(version),
        state: version === null ? 'not published' : isCurrent ? 'up to date' : 'changed since',
        decides: `${MODES[decides.mode ?? 'on']}${decides.gradeFloor ? `; people below ${decides.gradeFloor}` : ''}`,
        acknowledged: `${acknowledged} of ${builders}`,
        otherwise: String(informedOtherwise),
        notInformed: String(notInformed),
      }),
    ),
  };
}

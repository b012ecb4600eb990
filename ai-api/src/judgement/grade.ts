/** Grades from best to worst; the last one says that too little was known to grade at all. */
export const GRADES = ['A', 'B', 'C', 'D', 'E', 'insufficient evidence'] as const;
export type Grade = (typeof GRADES)[number];

/** Whether a grade is lower than another; a missing one is below all others. */
export function isWorse(grade: Grade, than: Grade): boolean {
  return GRADES.indexOf(grade) > GRADES.indexOf(than);
}

/** Below this share of the rubric (by weight) a total would mislead, so none is given. */
export const MINIMUM_COVERAGE = 0.5;

const FLOORS: readonly [Grade, number][] = [
  ['A', 85],
  ['B', 70],
  ['C', 55],
  ['D', 40],
  ['E', 0],
];

/** Grade of a total score (0 to 100) that rests on `coverage` (0 to 1) of the rubric. */
export function gradeOf(score: number | null, coverage: number): Grade {
  if (score === null || coverage < MINIMUM_COVERAGE) return 'insufficient evidence';
  return FLOORS.find(([, floor]) => score >= floor)?.[0] ?? 'E';
}

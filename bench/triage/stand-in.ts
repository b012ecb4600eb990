/**
 * Scores a justification in the place of a model, by what can be counted: a name, number or quotation of the work, a
 * word for the work, a word for why it was not tracked, some length. A length of time in the text that is not the one
 * asked for scores 10; too few words score null. This is no model, and says nothing about how well one reads.
 */
export function scoreJustification(text: string, hours: number): number | null {
  if (text.trim().split(/\s+/).length < 3) return null;
  if (contradicts(text, hours)) return 10;
  const points: [RegExp, number][] = [
    [/\d|"[^"]+"|\p{Ll}[,;]? \p{Lu}\p{Ll}+/u, 30],
    [
      /\b(reviewed|wrote|debugged|interviewed|prepared|sketched|walked|read|restored|recorded|visited|answered|planning|training|call|retrospective|refresher)\b/iu,
      15,
    ],
    [/\b(track(er|ing|ed)|timer|phone|network|laptop|train|offline|connection|forgot|paper)\b/iu, 25],
    [/^.{60,}$/su, 10],
  ];
  return points.reduce((sum, [sign, value]) => sum + (sign.test(text) ? value : 0), 15);
}

function contradicts(text: string, hours: number): boolean {
  const told = /\bhalf an hour\b/i.test(text)
    ? 0.5
    : Number(/(\d+(?:\.\d+)?) hours?\b/i.exec(text)?.[1] ?? hours);
  return Math.abs(told - hours) > 0.5;
}

/** What starting an evaluation would do, as a question. */
export default function transform(data) {
  if (!data?.week) return {};
  const { week, builders, runId } = data;
  const isDone = runId !== null;
  return {
    week,
    isDone,
    title: isDone ? `Week ${week} is evaluated` : `Evaluate week ${week}?`,
    question: isDone
      ? `Week ${week} is the newest complete week with figures, and it was evaluated before. Nothing is judged or sent again.`
      : `${builders} ${builders === 1 ? 'person is' : 'people are'} judged, and each gets an e-mail when the evaluation is complete: ${builders} ${builders === 1 ? 'e-mail' : 'e-mails'}.`,
  };
}

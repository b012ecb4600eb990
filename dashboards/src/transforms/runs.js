import { badge, choice, count, fact, figure, gradeBars, when } from './helpers.js';

const waiting = ({ needsReview, failed }) => {
  const people = needsReview + failed;
  if (people === 0) return 'no evaluation needs review';
  return people === 1 ? '1 evaluation needs review' : `${people} evaluations need review`;
};

/** Evaluation runs: the chosen official one or the newest, the one before, figures, and a trend of grades. */
export default function transform(data, { variables }) {
  const runs = data?.items ?? [];
  // A week may be judged late: the newest week counts, and of that the newest run.
  const byWeek = new Map();
  for (const run of runs) if (!run.dryRun && !byWeek.has(run.week)) byWeek.set(run.week, run);
  const official = [...byWeek.values()].sort((a, b) => (a.week < b.week ? 1 : -1));
  const chosen = official.findIndex(({ runId }) => runId === variables.shownRunId);
  const [latest, previous] = official.slice(Math.max(0, chosen));
  const rows = runs.map((run) => ({
    runId: run.runId,
    week: run.week,
    kind: run.dryRun ? 'Dry run' : 'Official',
    status: run.status === 'running' ? `running, ${run.pending} left` : run.status,
    judged: count(run.judged),
    failed: run.failed,
    needsReview: count(run.needsReview),
    engine: run.engine === 'rules' ? 'Rules' : 'Rules and model',
    started: when(run.startedAt),
    sent: run.dryRun ? 'none (dry run)' : `${run.notified} of ${run.judged}`,
  }));
  if (!latest) return { rows, latestRunId: '', previousRunId: '' };
  const share = latest.builders > 0 ? Math.round((latest.judged / latest.builders) * 100) : 0;
  const { rules, model, human } = latest.engines;
  return {
    rows,
    latestRunId: latest.runId,
    previousRunId: previous?.runId ?? latest.runId,
    hasPrevious: previous !== undefined,
    week: latest.week,
    weeks: official.map(({ runId, week }) => choice(runId, week)),
    headline: `Week ${latest.week}: ${waiting(latest)}. Select a builder to see the reasons and to decide.`,
    reviewCard: figure(
      'Need review',
      count(latest.needsReview),
      latest.needsReview === 0 ? 'No reviews needed' : 'Missing or contradictory evidence',
      latest.needsReview > 0 ? 'warning' : undefined,
    ),
    failedCard: figure(
      'Not judged',
      count(latest.failed),
      latest.failed === 0 ? 'All builders were judged' : 'Ask operations to retry them',
      latest.failed > 0 ? 'bad' : undefined,
    ),
    judgedCard: figure(
      'Judged',
      `${count(latest.judged)} of ${count(latest.builders)}`,
      `${share} % of builders; ${count(latest.projects)} projects`,
    ),
    engineCard: figure(
      'Decided by people',
      count(human),
      `${count(rules)} by rules, ${count(model)} by the model`,
    ),
    trend: gradeBars([...official].reverse().map(({ week, grades }) => ({ week, grades }))),
    summary: `<div style="padding:4px 8px">${fact('Status', badge(latest.status))}${fact('Started', when(latest.startedAt))}${fact('Finished', when(latest.completedAt))}${fact('E-mails sent', `${count(latest.notified)} of ${count(latest.judged)}`)}</div>`,
  };
}

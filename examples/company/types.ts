/** What the facts of a builder look like; it decides every number and note of theirs. */
export type Kind =
  | 'strong'
  | 'solid'
  | 'weak'
  | 'improving'
  | 'declining'
  | 'new'
  | 'on_leave'
  | 'missing'
  | 'contradictory';

/** A kind, and which of its variants: `missing` 0 has no hours, `missing` 1 no BrainLift, and so on. */
export type Part = { kind: Kind; variant: number };

/** One row of builders.csv. */
export type BuilderRow = {
  builder_id: string;
  name: string;
  email: string;
  team: string;
  title: string;
  status: 'active' | 'on_leave';
  started_on: string;
  weekly_hours: number;
  timezone: string;
};

export type Stage = 'idea' | 'validation' | 'build' | 'launch' | 'growth';

/** One row of projects.csv. `tam_usd` is in dollars. */
export type ProjectRow = {
  project_id: string;
  name: string;
  builder_id: string;
  status: 'active' | 'paused' | 'done';
  stage: Stage;
  stage_history: string;
  tam_usd: number | null;
  tam_rationale: string | null;
  goal: string;
};

/** One row of metrics.csv: a builder's week; null is an empty cell. */
export type MetricsRow = {
  builder_id: string;
  week: string;
  hours_worked: number | null;
  active_days: number | null;
  brainlift_quality: number | null;
  brainlift_entries: number | null;
  goals_set: number | null;
  goals_met: number | null;
  note: string | null;
};

/** One row of project-metrics.csv: a project's week; `revenue_usd` is in dollars. */
export type ProjectMetricsRow = {
  project_id: string;
  week: string;
  goals_set: number | null;
  goals_met: number | null;
  active_users: number | null;
  revenue_usd: number | null;
};

/** A whole fictional company. `parts` says, by builder id, which kind each builder was made as. */
export type Company = {
  builders: BuilderRow[];
  projects: ProjectRow[];
  metrics: MetricsRow[];
  projectMetrics: ProjectMetricsRow[];
  parts: Map<string, Part>;
};

import type { Generated } from 'kysely';
import type { Json, TenantId, Timestamp } from './columns.ts';

export interface EvaluationsTables {
  'evaluations.runs': {
    id: string;
    tenant_id: TenantId;
    week: string;
    dry_run: boolean;
    status: 'running' | 'completed';
    engine: 'rules' | 'model';
    started_by: string;
    started_at: Timestamp;
    completed_at: Date | null;
    /** Which versions of prompts the run is judged with. */
    prompts: Json<object[]>;
    progress_at: Generated<Date | null>;
    /** Hours in which builders alone have their results, and may answer; 0 for none. */
    answer_hours: Generated<number>;
    answers_until: Date | null;
    /** When the results were opened to others; null while they wait, and where they never did. */
    opened_at: Date | null;
    /** Builders who were not informed when the run began; null for dry runs, and for runs from before. */
    not_informed: number | null;
    /** Rises whenever an answer about a completed run would be another one. */
    revision: Generated<number>;
  };
  'evaluations.evaluations': {
    id: string;
    tenant_id: TenantId;
    run_id: string;
    builder_id: string;
    name: string;
    email: string;
    team: string;
    status: Generated<'pending' | 'judged' | 'failed'>;
    attempts: Generated<number>;
    error: string | null;
    judgement_id: string | null;
    grade: string | null;
    score: number | null;
    coverage: number | null;
    engine: 'rules' | 'model' | 'human' | null;
    needs_review: Generated<boolean>;
    feedback: string | null;
    notified_at: Date | null;
    /** Since when a contest suspends it. */
    contested_at: Date | null;
    /** What the builder says of the week. */
    answer: string | null;
    answered_at: Date | null;
    updated_at: Timestamp;
  };
  'evaluations.project_grades': {
    tenant_id: TenantId;
    evaluation_id: string;
    run_id: string;
    project_id: string;
    name: string;
    judgement_id: string;
    grade: string;
    score: number | null;
    contested_at: Date | null;
  };
}

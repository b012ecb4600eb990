import {
  type CriterionResult,
  compileRules,
  defaultRules,
  type Facts,
  type JudgedByEngine,
  judge,
  type Kind,
  type Rulebook,
} from '../../ai-api/src/judgement/index.ts';
import { builderFacts, evaluationKind } from '../../ai-api/src/modules/manager/evaluations/kinds/builder.ts';
import { projectFacts, projectKind } from '../../ai-api/src/modules/manager/evaluations/kinds/project.ts';
import type { Company, ProjectRow } from '../../examples/generate.ts';

type KnownWeek = Parameters<typeof builderFacts>[0];
type KnownProject = KnownWeek['projects'][number];

/** What the platform reads of one builder's week, made of the company's rows in place of a database. */
export interface Subject {
  builderId: string;
  known: KnownWeek;
}

/** Every builder of a company with the rows that the platform would have read. */
export function subjectsOf({ builders, projects, metrics, projectMetrics }: Company): Subject[] {
  return builders.map((builder) => ({
    builderId: builder.builder_id,
    // Of a record only the columns that facts are made of are there.
    known: {
      builder,
      weeks: metrics.filter(({ builder_id }) => builder_id === builder.builder_id),
      projects: projects
        .filter(({ builder_id }) => builder_id === builder.builder_id)
        .map((project) => ({
          project,
          stages: stagesOf(project),
          weeks: projectMetrics
            .filter(({ project_id }) => project_id === project.project_id)
            .map((row) => ({
              ...row,
              revenue_micros: row.revenue_usd === null ? null : 1_000_000 * row.revenue_usd,
            })),
        })),
    } as unknown as KnownWeek,
  }));
}

const stagesOf = ({ stage_history }: ProjectRow) =>
  stage_history.split(';').map((step) => {
    const [stage, entered_on] = step.split(':');
    return { stage, entered_on };
  });

/** The rules that a new company has, without a model. */
export async function rulebookOf(kind: Kind): Promise<Rulebook> {
  const rules = (await defaultRules(kind)).map((rule) => ({ ...rule, version: 1 }));
  return { kind, rules: compileRules(kind, rules), model: null, promptFor: null };
}

export const BOOKS = {
  builder: await rulebookOf(evaluationKind),
  project: await rulebookOf(projectKind),
};

/** What a model read of a subject, by its id. */
export type Readings = (subjectId: string) => readonly CriterionResult[];
const nothingRead: Readings = () => [];

export interface JudgedWeek {
  facts: Facts;
  judged: JudgedByEngine;
  projects: { id: string; facts: Facts; judged: JudgedByEngine }[];
}

/** Judges a week as a run does: the projects first, whose scores are facts of the builder's week. */
export async function judgeWeek(
  { builderId, known }: Subject,
  week: string,
  read: Readings = nothingRead,
): Promise<JudgedWeek> {
  const projects = [];
  for (const entry of known.projects) projects.push(await judgeProject(entry, week, read));
  const facts = builderFacts(
    known,
    week,
    projects.map(({ judged }) => judged.score),
  );
  const judged = await judge(BOOKS.builder, builderId, facts, undefined, read(builderId));
  return { facts, judged, projects };
}

async function judgeProject(entry: KnownProject, week: string, read: Readings) {
  const id = entry.project.project_id;
  const facts = projectFacts(entry, week);
  return { id, facts, judged: await judge(BOOKS.project, id, facts, undefined, read(id)) };
}

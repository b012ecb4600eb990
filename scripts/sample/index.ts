import type { Client } from '../../ai-api/src/catalogue/client.ts';
import { access } from './access.ts';
import { accesses } from './accesses.ts';
import { importConversations, recordCommits } from './conversations.ts';
import { files, reports } from './files.ts';
import { notices } from './notices.ts';
import { notifications } from './notifications.ts';
import { makePeople, PEOPLE, type SamplePerson, SECOND_REVIEWER } from './people.ts';
import { policies } from './policies.ts';
import { privacy } from './privacy.ts';
import { startProcesses } from './processes.ts';
import { agents, prompts } from './prompts.ts';
import { requests } from './requests.ts';
import { teamWork } from './team-work.ts';
import { validations } from './validations.ts';
import { pastWeeks, reviews } from './weeks.ts';
import { decisions, gates, level, plans, questions, rules } from './work.ts';

export { makePeople, PEOPLE, type SamplePerson, type SampleRole } from './people.ts';

export interface Sample {
  /** May do everything. */
  client: Client;
  /** The API as one of the company's people sees it. */
  as: (email: string) => Client;
  /** Of everybody who is made, with which they sign in. */
  password: string;
  /** Weeks that have been judged, and whose e-mails were sent. */
  weeks: readonly string[];
  /** A week that a model judges; null where none may be asked. */
  modelWeek: string | null;
}

/**
 * Brings an imported sample company to life: people, weeks that were judged, and what people do in some weeks. What is
 * there already is left as it is.
 */
export async function seedSample(sample: Sample): Promise<SamplePerson[]> {
  const { client, as, password, weeks, modelWeek } = sample;
  const people = await makePeople(client, password);
  const executive = as(PEOPLE.executive);
  const hasReviews = (await client.evaluation.listRuns({ limit: 1 })).items.length > 0;
  await access(client);
  await notices(client, executive, as(PEOPLE.builder));
  await policies(executive);
  await files(executive);
  await pastWeeks(client, weeks);
  if (!hasReviews) await reviews([as(PEOPLE.reviewer), as(SECOND_REVIEWER)]);
  await requests(client, executive);
  await prompts(client, executive, modelWeek);
  await rules(executive);
  await level(executive);
  await plans(executive);
  await gates(executive);
  await agents(executive, modelWeek !== null);
  await decisions(executive);
  await validations(executive);
  await questions(executive);
  await importConversations(client, as);
  await teamWork(client, as);
  await recordCommits(client);
  await startProcesses(client, as(PEOPLE.operations));
  await reports(client);
  await notifications(client, executive, as(PEOPLE.builder));
  await privacy(as(PEOPLE.operations));
  await accesses(as);
  return people;
}

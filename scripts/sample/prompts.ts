import type { Client } from '../../ai-api/src/catalogue/client.ts';
import { until } from './wait.ts';
import { evaluate } from './weeks.ts';

/** A second version of a prompt, compared in an experiment; with a model also a week of it, and a proposal. */
export async function prompts(client: Client, executive: Client, modelWeek: string | null): Promise<void> {
  const name = 'evaluation';
  const [newest] = (await executive.prompt.listVersions({ name, limit: 1 })).items;
  if (!newest) throw new Error('There is no prompt');
  if (newest.version > 1) return;
  const { text, variables } = newest;
  const stricter = `${text}\n\nA note that names no result is weak, however long it is.`;
  const saved = await executive.prompt.create({
    name,
    text: stricter,
    variables,
    commitMessage: 'Notes without a result count less',
  });
  await executive.prompt.check({ name, version: saved.version, cases: 12 });
  await executive.prompt.setLabel({ name, label: 'exp-results', version: saved.version, seen: 0 });
  const { experimentId } = await executive.experiment.create({
    prompt: name,
    title: 'Results in notes',
    hypothesis: 'Reviewers find fewer judgements to correct when a note has to name a result.',
    label: 'exp-results',
    metric: 'score',
    minimumSample: 20,
  });
  await executive.experiment.start({ experimentId });
  if (modelWeek === null) return;
  await evaluate(client, modelWeek);
  await executive.promptOptimization.start({ name });
  const isDone = async () =>
    !/queued|running/.test((await executive.promptOptimization.list({ limit: 1 })).items[0]?.status ?? '');
  await until(isDone, 'the proposal');
}

/** Two agents; with a model the first one has run. */
export async function agents(executive: Client, hasModel: boolean): Promise<void> {
  if ((await executive.agent.list({ limit: 1 })).items.length > 0) return;
  const { agentId } = await executive.agent.create({
    name: 'Week reader',
    purpose: 'Sums up what the notes of a team say.',
    instructions:
      'Read the notes that you are given. Say in three sentences what the team did and what is open.',
  });
  if (hasModel) await executive.agent.execute({ agentId, input: 'Orchard, week 46', waitSeconds: 20 });
  await executive.agent.create({
    name: 'Gate helper',
    purpose: 'Lists what a project still has to show.',
    instructions: 'Compare the evidence with the criteria of the gate and list what is missing.',
  });
}

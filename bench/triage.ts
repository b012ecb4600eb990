import type { Client } from '../ai-api/src/catalogue/client.ts';
import { forEachHomeKind, type HomeKind } from './homes.ts';
import { startLoopbackModel } from './loopback-model.ts';
import { startPlatform } from './platform.ts';
import { eachOf, prepareCompany, RECORD_TEXT } from './triage/company.ts';
import { generateTriageSet, type LabelledRequest, type TriageSet } from './triage/generate.ts';
import { type Outcome, printOutcomes } from './triage/outcomes.ts';
import { scoreJustification } from './triage/stand-in.ts';

async function triageAll(client: Client, requests: readonly LabelledRequest[]): Promise<Outcome[]> {
  return eachOf(requests, async (request) => {
    const { proposal, confidence, judgement, ...said } = await client.approval.triage(request.asked);
    if (judgement.modelFailure) throw new Error(judgement.modelFailure.message);
    const decision = proposal === 'reject' ? 'reject' : said.decision;
    return { request, decision, confidence, score: judgement.score };
  });
}

async function measure({ create }: HomeKind, set: TriageSet): Promise<void> {
  const home = await create();
  const model = await startLoopbackModel(0, (text, hours) =>
    text === RECORD_TEXT ? 100 : scoreJustification(text, hours),
  );
  const withModel = { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'loopback' };
  try {
    for (const [title, environment] of [
      ['Rules and a deterministic stand-in for a model (no model was measured)', withModel],
      ['Rules alone', {}],
    ] as const) {
      const platform = await startPlatform(home, environment);
      try {
        if (environment === withModel) await prepareCompany(platform, set);
        printOutcomes(title, await triageAll(platform.client, set.requests));
      } finally {
        await platform.stop();
      }
    }
  } finally {
    await model.stop();
    await home.remove();
  }
}

const set = generateTriageSet(new Date().toISOString().slice(0, 10));
let isMeasured = false;
// What is decided does not depend on the database, so one of them is enough.
await forEachHomeKind(async (kind) => {
  if (!isMeasured) await measure(kind, set);
  isMeasured = true;
});

import type { Client } from '../ai-api/src/catalogue/client.ts';
import { forEachHomeKind, type HomeKind } from './homes.ts';
import { startLoopbackModel } from './loopback-model.ts';
import { startPlatform } from './platform.ts';
import { eachOf, importWork, prepareCompany } from './triage/company.ts';
import { generateTriageSet, isHeldOut, type LabelledRequest, type TriageSet } from './triage/generate.ts';
import { type Outcome, printCurve, printOutcomes, printTallies } from './triage/outcomes.ts';
import { findClaims } from './triage/stand-in.ts';
import { at, curveOf, fitThreshold, tallyOf } from './triage/thresholds.ts';

/** Shares of the work that was done of which the company has imported a record; the last but one is the set's own. */
const SHARES = [0, 0.5, 0.85, 1];
const SHARE = 0.85;

async function triageAll(client: Client, requests: readonly LabelledRequest[]): Promise<Outcome[]> {
  return eachOf(requests, async (request) => {
    const { proposal, confidence, judgement, ...said } = await client.approval.triage(request.asked);
    if (judgement.modelFailure) throw new Error(judgement.modelFailure.message);
    const decision = proposal === 'reject' ? 'reject' : said.decision;
    return { request, decision, confidence, score: judgement.score, judgement };
  });
}

async function measure({ create }: HomeKind, set: TriageSet): Promise<void> {
  const home = await create();
  const model = await startLoopbackModel(0, undefined, undefined, findClaims);
  const environment = { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'loopback' };
  const byShare: [string, Outcome[]][] = [];
  try {
    const platform = await startPlatform(home, environment);
    try {
      await prepareCompany(platform, set);
      for (const share of SHARES) {
        await importWork(platform.client, set, share);
        const outcomes = await triageAll(platform.client, set.requests);
        byShare.push([`${100 * share} % of the work recorded`, outcomes]);
        if (share === SHARE) report(set, outcomes);
      }
    } finally {
      await platform.stop();
    }
    const alone = await startPlatform(home, {});
    try {
      byShare.push(['rules alone, no model', await triageAll(alone.client, set.requests)]);
    } finally {
      await alone.stop();
    }
    console.log('\nBy the records that a company has, at the threshold in force, both halves');
    printTallies(byShare.map(([name, outcomes]) => [name, tallyOf(outcomes)]));
  } finally {
    await model.stop();
    await home.remove();
  }
}

/** The threshold is fitted on one half, and the figures are those of the other. */
function report({ requests }: TriageSet, outcomes: readonly Outcome[]): void {
  const half = (heldOut: boolean) => outcomes.filter((_, index) => isHeldOut(index) === heldOut);
  const [development, heldOut] = [half(false), half(true)];
  const fitted = fitThreshold(development);
  printOutcomes('Rules and a deterministic stand-in for a model (no model was measured)', outcomes);
  console.log(
    `\nKnowable: ${requests.filter(({ isKnowable }) => isKnowable).length} of ${requests.length} labels`,
  );
  console.log(`Fitted on the development half: approve from a probability of ${fitted}`);
  printTallies([
    ['development half, in force', tallyOf(development)],
    ['development half, fitted', tallyOf(at(development, fitted))],
    ['held-out half, in force', tallyOf(heldOut)],
    ['held-out half, fitted', tallyOf(at(heldOut, fitted))],
  ]);
  console.log('\nHeld-out half by threshold');
  printCurve(curveOf(heldOut));
}

const set = generateTriageSet(new Date().toISOString().slice(0, 10));
let isMeasured = false;
// What is decided does not depend on the database, so one of them is enough.
await forEachHomeKind(async (kind) => {
  if (!isMeasured) await measure(kind, set);
  isMeasured = true;
});

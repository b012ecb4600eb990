import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ADMIN_KEY, startApi, type TestApi } from '../ai-api/test/api.ts';
import { createApi } from '../clients/capture/src/api.ts';
import { sendCommits } from '../clients/capture/src/commits.ts';
import { originsOfFile } from '../clients/capture/src/origins.ts';
import { readState } from '../clients/capture/src/state.ts';
import { forEachHomeKind, type HomeKind } from './homes.ts';
import { createHistory, type Written } from './links/history.ts';
import { report } from './report.ts';
import { spreadOf } from './statistics.ts';

const REWRITES = Number(process.env.BENCH_REWRITES ?? 500);
/** Rewrites between two conversations, and between two looks of the capture command at the repository. */
const EVERY = 4;
const SEND_EVERY = 10;
/** Conversations that write the same lines and commit nothing. */
const DECOYS = 20;

async function talk(
  api: TestApi,
  { conversation, file, text, sha, at }: Written,
  isDecoy: boolean,
): Promise<string> {
  const { id } = await api.client.conversation.create({
    tool: 'claude-code',
    sessionId: `${isDecoy ? 'decoy' : 'bench'}-${conversation}`,
    repository: 'git.example.com/sample/rewritten',
    startedAt: at,
    commits: isDecoy ? [] : [{ sha: sha.slice(0, 9), kind: 'made' }],
    messages: [
      { id: 'q', author: 'human', text: `Write part ${conversation}`, at },
      {
        id: 'a',
        author: 'assistant',
        text: 'Written.',
        at,
        toolCalls: [
          { name: 'Edit', action: 'edit', edits: [{ path: `/home/ada/rewritten/${file}`, after: text }] },
        ],
      },
    ],
  });
  return id;
}

/** Waits until links were looked for everywhere. */
async function quiet(api: TestApi): Promise<void> {
  for (;;) {
    const { items } = await api.client.job.queues({});
    if (items.every(({ queue, depth, running }) => !queue.startsWith('links.') || depth + running === 0))
      return;
    await pause(200);
  }
}

async function measure({ name, create }: HomeKind): Promise<void> {
  const home = await create();
  const work = mkdtempSync(join(tmpdir(), 'provenance-'));
  const root = join(work, 'rewritten');
  const api = await startApi({ env: home.env } as never);
  try {
    const capture = createApi({ url: api.url, apiKey: ADMIN_KEY, actingFor: null });
    const state = readState(join(work, 'own'));
    const options = { policies: [], emails: false, isAgain: false, api: capture };
    const history = createHistory(root);
    const ids = new Map<string, number>();
    const say = async (isDecoy: boolean) => {
      const written = history.converse();
      ids.set(await talk(api, written, false), written.conversation);
      if (isDecoy) await talk(api, written, true);
    };
    for (let n = 0; n < 15; n++) await say(n < DECOYS);
    let commits = 0;
    for (let n = 1; n <= REWRITES; n++) {
      history.rewrite();
      if (n % EVERY === 0) await say(n / EVERY < DECOYS);
      if (n % SEND_EVERY === 0) {
        const sent = await sendCommits(state, root, options);
        const fault = sent.waiting ?? sent.refused[0];
        if (fault) throw new Error(fault);
        commits += sent.recorded;
        await quiet(api);
      }
    }
    let [right, wrong, unknown, unique] = [0, 0, 0, 0];
    for (const { file, conversations } of history.truth()) {
      const answers = await originsOfFile(capture, 'git.example.com/sample/rewritten', root, file);
      if (answers?.length !== conversations.length) throw new Error(`git has other lines of ${file}`);
      for (const [at, conversation] of conversations.entries()) {
        const { origin = null, line } = answers[at] ?? {};
        if (/\d/.test(line?.text ?? '')) unique += 1;
        if (!origin) unknown += 1;
        else if (ids.get(origin.conversationId) === conversation) right += 1;
        else wrong += 1;
      }
    }
    const total = right + wrong + unknown;
    const share = (100 * right) / total;
    console.log(
      `\n${Object.entries(history.counts)
        .map(([what, count]) => `${count} ${what}`)
        .join(', ')}: ${commits} commits recorded.`,
    );
    console.log(
      `${total} lines, ${unique} of them in one place only: ${right} right, ${wrong} wrong, ${unknown} unknown.`,
    );
    report(`Provenance after ${REWRITES} rewrites, ${name}`, [
      {
        figure: 'lines that do not lead to their conversation, in percent',
        measured: `${share.toFixed(2)} % do`,
        peer: 'at most 1 %',
        ratio: spreadOf([100 - share]),
        target: 1,
      },
    ]);
  } finally {
    await api.stop();
    await home.remove();
    rmSync(work, { recursive: true, force: true });
  }
}

await forEachHomeKind(measure);

import { type Client, createClient } from '../ai-api/src/catalogue/client.ts';
import { resources } from '../ai-api/src/catalogue/index.ts';
import { readAccess } from './doctor/access.ts';

const USAGE = `npm run promises -- [--url URL | --compose] [--json]

EXPLANATIONS=10000 checks the explanations of so many judgements, newest first, in place of 100.

Prints what is promised to those who are judged, with the evidence counted from the company's data. Exits with 1 when a
promise is broken, and with 2 when it could not look.

Environment: AI_MANAGER_URL and AI_MANAGER_API_KEY (a key with the role admin, executive, ops or readonly).`;

/** Explanations that one request checks. */
const PAGE = 100;
/** The evidence of a whole company may take this long to count. */
const TIMEOUT_MS = 300_000;

/** @returns the exit code */
async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const access = readAccess(args, env);
  if (!access) {
    console.log(USAGE);
    return 0;
  }
  const { url, key } = access.api;
  const client = createClient(resources, { baseUrl: url, apiKey: key ?? '', timeoutMs: TIMEOUT_MS });
  const report = await counted(client, Number(env.EXPLANATIONS ?? 0));
  if (access.isJson) console.log(JSON.stringify(report));
  else for (const promise of report.promises) console.log(lines(promise));
  return report.holds ? 0 : 1;
}

/** The report; with a number of judgements their explanations are checked page by page, in place of the newest few. */
async function counted(client: Client, wanted: number): Promise<Promised> {
  const report = await client.promise.check({});
  if (!(wanted > 0)) return report;
  const total = { explained: 0, reproduced: 0, changes: 0, untrue: 0 };
  for (let before: string | null = ''; before !== null && total.explained < wanted; ) {
    const limit = Math.min(PAGE, wanted - total.explained);
    const page: Awaited<ReturnType<Client['explanation']['check']>> = await client.explanation.check({
      limit,
      ...(before === '' ? {} : { before }),
    });
    total.explained += page.explained;
    total.reproduced += page.reproduced;
    total.changes += page.changes;
    total.untrue += page.untrue;
    before = page.next;
  }
  const promises = report.promises.map((promise) =>
    promise.id === 'explanations-are-true'
      ? {
          ...promise,
          of: 'changes that the search finds',
          checked: total.changes,
          broken: total.untrue,
          holds: total.changes === 0 ? null : total.untrue === 0,
          note: `${total.explained.toLocaleString('en')} judgements were explained; the rules of their time lead to ${total.reproduced.toLocaleString('en')} of them again. For the others no change is given.`,
        }
      : promise,
  );
  return { ...report, promises, holds: promises.every(({ holds }) => holds !== false) };
}

type Promised = Awaited<ReturnType<Client['promise']['check']>>;

function lines({ says, holds, checked, broken, of, note }: Promised['promises'][number]): string {
  const verdict = holds === null ? 'nothing to count yet' : holds ? 'holds' : 'BROKEN';
  const counted = `${checked.toLocaleString('en')} ${of}, ${broken.toLocaleString('en')} of them break it.`;
  return [`${says}  ${verdict}`, `    ${counted}`, ...(note ? [`    ${note}`] : [])].join('\n');
}

main(process.argv.slice(2), process.env).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    console.error(error instanceof TypeError ? `${error.message}\n\n${USAGE}` : error.message);
    process.exitCode = 2;
  },
);

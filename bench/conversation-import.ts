import { importFile, importStream } from '../ai-api/src/modules/context/formats/index.ts';
import { report } from './report.ts';
import { spreadOf } from './statistics.ts';

const MEGABYTE = 1_000_000;
/** Megabytes a second that an import must reach. */
const FLOOR = 20;
const RUNS = 9;

const encoder = new TextEncoder();
const code = 'const next = compute(previous); // line of code with an é\n'.repeat(60);

/** A transcript of Claude Code in chunks of one turn: question, answer in records, a call with its result twice. */
function* transcript(bytes: number): Generator<Uint8Array> {
  for (let turn = 0, made = 0; made < bytes; turn++) {
    const record = (type: string, id: string, parent: string | null, fields: object) =>
      JSON.stringify({
        type,
        uuid: `${id}${turn}`,
        parentUuid: parent,
        sessionId: 'bench',
        cwd: '/home/ada/shop',
        gitBranch: 'main',
        timestamp: '2026-03-02T10:00:00.000Z',
        ...fields,
      });
    const answer = (id: string, content: object) => ({
      message: {
        id,
        role: 'assistant',
        model: 'm',
        content: [content],
        usage: { input_tokens: 9, output_tokens: 9 },
      },
    });
    const input = { file_path: `/home/ada/shop/src/file-${turn}.ts` };
    const chunk = encoder.encode(
      `${[
        record('user', 'u', turn === 0 ? null : `e${turn - 1}`, {
          message: { role: 'user', content: `Question ${turn}` },
        }),
        record(
          'assistant',
          'a',
          `u${turn}`,
          answer(`m${turn}`, { type: 'text', text: 'I look at the file. '.repeat(20) }),
        ),
        record(
          'assistant',
          'b',
          `a${turn}`,
          answer(`m${turn}`, { type: 'tool_use', id: `t${turn}`, name: 'Read', input }),
        ),
        record('progress', 'p', `b${turn}`, { data: { type: 'hook_progress' } }),
        record('user', 'r', `b${turn}`, {
          message: {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: `t${turn}`, content: code }],
          },
          toolUseResult: { type: 'text', file: { content: code } },
        }),
        record('assistant', 'e', `r${turn}`, answer(`n${turn}`, { type: 'text', text: 'Done.' })),
      ].join('\n')}\n`,
    );
    made += chunk.length;
    yield chunk;
  }
}

/** How much more memory than before a stream needs at its highest, in megabytes. */
async function memoryOf(megabytes: number): Promise<number> {
  const before = process.memoryUsage().rss;
  let highest = before;
  async function* watched() {
    for (const chunk of transcript(megabytes * MEGABYTE)) {
      highest = Math.max(highest, process.memoryUsage().rss);
      yield chunk;
    }
  }
  await importStream(watched());
  return (highest - before) / MEGABYTE;
}

/** Seconds of processor time: others on the machine do not count. */
function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000_000;
}

// First, while the process is small.
const memory = await memoryOf(200);
const file = Buffer.concat([...transcript(20 * MEGABYTE)]);
const megabytes = file.length / MEGABYTE;
const runs = Array.from({ length: RUNS }, () => ({
  own: processorTime(() => importFile(file)),
  bare: processorTime(() => {
    for (const line of file.toString().split('\n')) if (line !== '') JSON.parse(line);
  }),
}));
const speed = spreadOf(runs.map(({ own }) => megabytes / own));

report('Import of a transcript of Claude Code', [
  {
    figure: 'parsing',
    measured: `${speed.middle.toFixed(0)} MB/s`,
    peer: `${FLOOR} MB/s`,
    ratio: spreadOf(runs.map(({ own }) => (FLOOR * own) / megabytes)),
    target: 1,
  },
  {
    figure: 'parsing',
    measured: `${speed.middle.toFixed(0)} MB/s`,
    peer: 'JSON.parse of each line',
    ratio: spreadOf(runs.map(({ own, bare }) => own / bare)),
    target: 2,
  },
  {
    figure: 'memory of a stream of 200 MB',
    measured: `${memory.toFixed(0)} MB more`,
    peer: 'its size',
    ratio: spreadOf([memory / 200]),
    target: 1.5,
  },
]);

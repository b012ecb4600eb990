import { spawn } from 'node:child_process';
import { once } from 'node:events';

const BENCHMARKS = [
  'model-calls',
  'tracing',
  'model-concurrency',
  'read-overhead',
  'write-overhead',
  'scale',
  'outbox',
  'realtime',
  'workflows',
  'n8n-nodes',
  'evaluations',
  'triage',
  'levels',
  'injection',
  'retrieval',
  'conversations',
  'conversation-quality',
  'conversation-import',
  'commit-links',
  'analytics',
  'commit-intake',
  'provenance',
  'grounding',
  'decision-latency',
  'licences',
  'validation',
];

/** Runs one benchmark in a process of its own; answers how it ended. */
async function run(benchmark: string): Promise<number> {
  const child = spawn(process.execPath, [`${import.meta.dirname}/${benchmark}.ts`], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !BENCHMARKS.includes(name));
if (unknown !== undefined) {
  console.error(`There is no benchmark ${unknown}: choose from ${BENCHMARKS.join(', ')}.`);
  process.exitCode = 1;
} else {
  for (const benchmark of asked.length > 0 ? asked : BENCHMARKS) {
    if ((await run(benchmark)) !== 0) process.exitCode = 1;
  }
}

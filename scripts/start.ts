import { evaluateThroughN8n } from './start/evaluate.ts';
import { startEverything } from './start/everything.ts';
import { readOptions } from './start/options.ts';
import { createProgress } from './start/progress.ts';
import { gradeTable, jsonReport, places } from './start/report.ts';
import { StartError } from './start/start-error.ts';

/** `npm start`: the whole system on this machine, with a first weekly evaluation through n8n. */
async function main(): Promise<void> {
  const began = Date.now();
  const options = readOptions(process.argv.slice(2), process.env);
  const progress = createProgress(options.json ? process.stderr : process.stdout);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) process.exit(1);
      progress.line('Stopping…');
      stopping.abort(new StartError('Stopped before completion.'));
    });
  }
  const system = await startEverything(options, progress, stopping.signal);
  try {
    const outcome = await evaluateThroughN8n(system, progress, stopping.signal);
    progress.block(gradeTable(outcome));
    progress.block(places(system));
    if (options.json)
      process.stdout.write(`${JSON.stringify(jsonReport(outcome, system, Date.now() - began))}\n`);
    if (!options.once) {
      progress.line('Everything is running. Press Ctrl-C to stop.');
      await untilAborted(stopping.signal);
    }
  } finally {
    await system.stop();
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

main().catch((error: unknown) => {
  const known = error instanceof StartError || (error instanceof Error && error.cause === undefined);
  console.error(known ? (error as Error).message : error);
  process.exitCode = 1;
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkQueueMode } from './queue-mode/check.ts';
import { startQueueMode } from './queue-mode/start.ts';

/** `npm run check:queue-mode`: n8n with two workers, one of which is killed while it sends the e-mails of a week. */
async function main(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'ai-manager-queue-mode-'));
  const say = (line: string) => console.log(line);
  const system = await startQueueMode(home, say);
  try {
    await checkQueueMode(system, say);
    rmSync(home, { recursive: true, force: true });
  } catch (error) {
    say(`Logs: ${home}`);
    throw error;
  } finally {
    await system.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

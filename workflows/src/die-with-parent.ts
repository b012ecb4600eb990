import { enableCompileCache } from 'node:module';

/**
 * Preloaded into n8n (`node --import`): stops n8n when the process that started it is gone, even if that
 * one was killed by SIGKILL and could not say goodbye. The channel between the two closes with either.
 */
const FORCED_AFTER_MS = 20_000;

// n8n loads thousands of files; the next start finds them compiled in the system's temporary directory.
enableCompileCache();
process.channel?.unref();
process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), FORCED_AFTER_MS).unref();
});

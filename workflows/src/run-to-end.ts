import { execFile } from 'node:child_process';

/** Runs a short command; never throws for its exit code. `output` is both streams, trimmed. */
export async function runToEnd(
  command: string,
  commandArguments: string[],
  timeoutMs: number,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(command, commandArguments, { timeout: timeoutMs }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
      resolve({ code, output: `${stdout}${stderr}`.trim() || (error?.message ?? '') });
    });
  });
}

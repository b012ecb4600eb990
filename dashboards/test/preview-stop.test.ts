import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { freePort } from '../../ai-api/test/ports.ts';

const CLI = fileURLToPath(new URL('../src/cli.ts', import.meta.url));

/** `npm run dashboards -- preview` on a port, with what it says. */
function startPreview(port: number) {
  const child = spawn(process.execPath, [CLI, 'preview'], {
    env: { ...process.env, PREVIEW_PORT: String(port), AI_MANAGER_API_KEY: 'aim_preview' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return { child, lines, ended };
}

test('Ctrl-C stops the preview, though a browser still has a connection, and the port is free again', async () => {
  const port = await freePort();
  const { child, lines, ended } = startPreview(port);
  await expect.poll(() => lines.join('\n'), { timeout: 110_000 }).toContain('Press Ctrl-C to stop.');
  const page = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'keep-alive' } });
  await page.text();
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  const again = createServer();
  await new Promise<void>((resolve, reject) =>
    again.once('error', reject).listen(port, '127.0.0.1', resolve),
  );

  const second = startPreview(port);
  expect(await second.ended).toBe(1);
  again.close();
  expect(second.lines.join('\n')).toContain(
    `Port ${port} on 127.0.0.1 is already in use. Stop the process that uses it, or set PREVIEW_PORT.`,
  );
  expect(second.lines.join('\n')).not.toContain(' at ');
});

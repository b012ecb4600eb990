import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { screenshotWorkflow } from '../workflows/src/index.ts';
import { ROOT, readOptions } from './start/options.ts';
import { localSecrets } from './start/secrets.ts';

/**
 * `npm run workflows:draw [-- NAME …]`: draws workflows into docs/images as the n8n of a running `npm start` shows
 * them, in a Chromium at CHROMIUM (`/usr/bin/chromium`).
 */
const names = process.argv.slice(2);
const { dataDirectory, ports } = readOptions([], process.env);
const files = readdirSync(join(ROOT, 'workflows')).filter(
  (file) => file.endsWith('.json') && !/^(package|tsconfig)/.test(file),
);
for (const workflowId of names.length > 0 ? names : files.map((file) => file.replace('.json', ''))) {
  await screenshotWorkflow({
    url: `http://127.0.0.1:${ports.n8n}`,
    email: 'owner@ai-manager.example',
    password: localSecrets(dataDirectory).n8nPassword,
    workflowId,
    file: join(ROOT, 'docs', 'images', `${workflowId}.png`),
    width: 1280,
    height: 560,
    scale: 1.5,
    ...(process.env.CHROMIUM ? { executablePath: process.env.CHROMIUM } : {}),
  });
  console.log(`drew ${workflowId}`);
}

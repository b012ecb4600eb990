import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { resources } from '../../../catalogue/index.ts';
import { DESCRIPTIONS, type Standard, TOPICS, topicOf } from './standards.ts';

const MODULES = fileURLToPath(new URL('../../', import.meta.url));

/** Operations that leave entries: those of the API that write, and those of the system itself. */
function recorded(): string[] {
  const ofApi = Object.values(resources).flatMap(({ id, operations }) =>
    Object.entries(operations)
      .filter(([, { method }]) => method !== 'GET')
      .map(([name]) => `${id}.${name}`),
  );
  const sources = readdirSync(MODULES, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(`${MODULES}/${file}`, 'utf8'));
  const ofSystem = sources.flatMap((text) => [
    ...text.matchAll(/systemActor\([^)]*'([a-zA-Z]+\.[a-zA-Z]+)'/g),
  ]);
  return [...ofApi, ...ofSystem.map(([, name = '']) => name)];
}

describe('the topics of entries', () => {
  const operations = recorded();
  const starts = TOPICS.flatMap((topic) => topic.operations).filter((start) => start !== '');

  test.each(starts)('%s starts the name of an operation', (start) => {
    expect(operations.filter((operation) => operation.startsWith(start))).not.toEqual([]);
  });

  test.each(starts)('%s is not hidden by a shorter one before it', (start) => {
    const isHidden = starts
      .slice(0, starts.indexOf(start))
      .some((earlier) => start !== earlier && start.startsWith(earlier));
    expect(isHidden).toBe(false);
  });

  test.each(['gdpr', 'soc2', 'iso27001', 'nis2'] satisfies Standard[])(
    'of %s are the controls that its extract names',
    (standard) => {
      const { controls } = DESCRIPTIONS[`${standard}-events`];
      const named = new Set(TOPICS.flatMap(({ [standard]: topic }) => (topic === null ? [] : [topic])));
      const controlOf = (topic: string) => controls.find((control) => topic.startsWith(`${control} `));
      expect(new Set([...named].map(controlOf))).toEqual(new Set(controls));
    },
  );

  test.each([
    ['promptOptimization.accept', 'CC8.1 Change management'],
    ['agent.update', 'CC8.1 Change management'],
    ['agent.execute', 'CC7.2 Monitoring'],
    ['stageGate.save', 'CC8.1 Change management'],
    ['file.share', 'CC6.7 Transmission of information'],
    ['file.inspect', 'CC6.8 Unauthorised and malicious software'],
  ])('%s is evidence for %s', (operation, topic) => {
    expect(topicOf('soc2', operation)).toBe(topic);
  });
});

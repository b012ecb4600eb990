import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { readWorkflowDirectory } from './workflow-definition.ts';

const workflow = readWorkflowDirectory(new URL('..', import.meta.url).pathname).find(
  ({ id }) => id === 'quality-alert',
);
const nodeNamed = (name: string) => workflow?.nodes.find((node) => node.name === name);
const codeOf = (name: string) => nodeNamed(name)?.parameters.jsCode as string;

const measured = (value: number) => ({ state: 'measured', value, count: 40, interval: null });
const groupOf = (kind: string, share: number, ece: number) => ({
  kind,
  prompt: null,
  system: { share: measured(share) },
  calibration: { ece: measured(ece) },
});

function run(code: string, input: object): { json: Record<string, unknown> }[] {
  const settings = { minimumAgreement: 0.8, maximumCalibrationError: 0.15, days: 28 };
  const first = (json: object) => ({ first: () => ({ json }) });
  const now = { toUTC: () => ({ toISO: () => '2026-11-30T06:00:00Z' }) };
  return runInNewContext(`(() => {${code}})()`, {
    $: () => first(settings),
    $input: first(input),
    $now: now,
  });
}

test('stops engines in the kinds with a figure outside its limits, each once', () => {
  const groups = [
    groupOf('approval', 0.6, 0.3),
    groupOf('evaluation', 0.9, 0.1),
    groupOf('commit-link', 0.9, 0.3),
  ];
  const [compared] = run(codeOf('Compare'), { groups });
  expect(compared?.json).toMatchObject({ below: 3, kinds: ['approval'] });
  expect(run(codeOf('Each kind'), compared?.json ?? {})).toEqual([{ json: { kind: 'approval' } }]);
});

test('stops none unless the operator asks for it, and then by the operation that a person lifts', () => {
  const settings = nodeNamed('Settings')?.parameters.assignments as {
    assignments: { name: string; value: unknown }[];
  };
  expect(settings.assignments.find(({ name }) => name === 'onAlarm')?.value).toBe('');
  expect(nodeNamed('Stop engines')?.parameters).toMatchObject({ resource: 'oversight', operation: 'set' });
});

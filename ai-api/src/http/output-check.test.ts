import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkOutput } from './output-check.ts';
import { Problem } from './problem.ts';

const op = { output: z.object({ id: z.string(), note: z.string().optional() }) };

function faultOf(output: unknown): string | null {
  try {
    checkOutput('thing.get', op, output);
    return null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    expect(error.code).toBe('INTERNAL');
    return error.message;
  }
}

test('an output that matches its contract passes, also with a field that is undefined', () => {
  expect(faultOf({ id: 'a', note: undefined })).toBeNull();
});

test('an output of another shape is refused by the name of its operation and field', () => {
  expect(faultOf({ id: 5 })).toMatch(
    /^The output of thing\.get breaks its contract: .*expected string[\s\S]*at id$/,
  );
});

test('an output with a field that the contract does not have is refused', () => {
  expect(faultOf({ id: 'a', secret: 's' })).toContain('thing.get has more fields than its contract');
});

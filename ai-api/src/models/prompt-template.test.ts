import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultsOf, renderTemplate, variablesOf } from './prompt-template.ts';

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,12}$/);
const plain = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((text) => !/[{}]/.test(text));
const declare = (...names: string[]) => names.map((given) => ({ name: given, description: '', value: 'x' }));

describe('a template', () => {
  test('uses exactly the names between double braces', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(plain, name), { maxLength: 8 }), plain, (parts, end) => {
        const text = parts.map(([before, used]) => `${before}{{ ${used} }}`).join('') + end;
        const used = [...new Set(parts.map(([, given]) => given))];
        expect(variablesOf(text)).toEqual(used);
        expect(faultsOf(text, declare(...used), null)).toEqual([]);
        expect(faultsOf(text, [], null).map(({ variable }) => variable)).toEqual(used);
      }),
    );
  });

  test('is filled in once: what a value holds stays text', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), fc.string(), (names, tail) => {
        const values = Object.fromEntries(names.map((given) => [given, `{{${names[0]}}}$&${tail}`]));
        const rendered = renderTemplate(names.map((given) => `{{${given}}}`).join('|'), values);
        expect(rendered).toBe(names.map(() => `{{${names[0]}}}$&${tail}`).join('|'));
      }),
    );
  });

  test.each([
    ['{{a}} {{b}}', declare('a'), '{{b}} is used, but not declared as a variable.'],
    ['{{a}}', declare('a', 'b'), '{{b}} is declared, but the text does not use it.'],
    ['{{a}}', declare('a', 'a'), '{{a}} is declared twice.'],
    ['{{a}}', [{ name: 'a', description: '' }], '{{a}} has no value, and the platform does not fill it in.'],
    ['{{a}} {{ b-c }}', declare('a'), 'There are braces that are not a variable near "{{ b-c }}".'],
    ['{{constructor}}', [], '{{constructor}} is used, but not declared as a variable.'],
  ])('%s is refused', (text, variables, message) => {
    expect(faultsOf(text, variables, ['facts']).map((fault) => fault.message)).toContain(message);
  });
});

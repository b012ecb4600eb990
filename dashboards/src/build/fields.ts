import { z } from 'zod';
import { color } from './look.ts';
import type { Action, Widget } from './model.ts';
import { type Common, on, widget } from './widget.ts';

interface Field extends Common {
  label: string;
  placeholder?: string;
  value?: string;
  required?: boolean;
  /** Length in characters. */
  least?: number;
  most?: number;
}

const field = (spec: Field) => ({
  properties: {
    label: spec.label,
    placeholder: spec.placeholder ?? '',
    value: spec.value ?? '',
    loadingState: '{{false}}',
    tooltip: '',
  },
  styles: {
    alignment: 'top',
    borderRadius: '{{8}}',
    padding: 'none',
    labelFontSize: '{{12}}',
    color: color.text,
  },
  validation: {
    mandatory: `{{${spec.required ?? false}}}`,
    regex: '',
    minLength: spec.least === undefined ? null : `{{${spec.least}}}`,
    maxLength: spec.most === undefined ? null : `{{${spec.most}}}`,
    customRule: null,
  },
});

export function input(name: string, spec: Field & { onEnter?: readonly Action[] }): Widget {
  return widget(name, 'TextInput', 64, spec, { ...field(spec), events: on('onEnterPressed', spec.onEnter) });
}

export function textArea(name: string, spec: Field): Widget {
  return widget(name, 'TextArea', 120, spec, field(spec));
}

/** A handle between `min` and `max`, in whole steps; `marks` name places on the way. It exposes `value`, a number. */
export function slider(
  name: string,
  spec: Common & {
    label: string;
    min: number;
    max: number;
    step: number;
    value: number;
    marks: readonly (readonly [value: number, label: string])[];
  },
): Widget {
  return widget(name, 'RangeSlider', 64, spec, {
    properties: {
      label: spec.label,
      min: `{{${spec.min}}}`,
      max: `{{${spec.max}}}`,
      value: `{{${spec.value}}}`,
      stepSize: `{{${spec.step}}}`,
      enableTwoHandle: 'slider',
      schema: `{{${JSON.stringify(spec.marks.map(([value, label]) => ({ value, label })))}}}`,
      loadingState: '{{false}}',
      tooltip: '',
    },
    styles: { alignment: 'top', color: color.text, markerLabel: color.muted, padding: 'none' },
  });
}

export function dropdown(
  name: string,
  spec: Common & {
    label: string;
    placeholder?: string;
    choices?: readonly (readonly [value: string, label: string])[];
    /** Options that a binding gives. */
    schema?: string;
    onSelect?: readonly Action[];
    required?: boolean;
  },
): Widget {
  return widget(name, 'DropdownV2', 64, spec, {
    properties: {
      label: spec.label,
      placeholder: spec.placeholder ?? 'All',
      advanced: `{{${spec.schema !== undefined}}}`,
      schema: spec.schema ?? '{{[]}}',
      options: (spec.choices ?? []).map(([value, label]) => ({
        label,
        value,
        caption: null,
        disable: { value: false },
        visible: { value: true },
        default: { value: false },
      })),
      optionsLoadingState: '{{false}}',
      sort: 'none',
      showClearBtn: '{{true}}',
      showSearchInput: `{{${(spec.choices?.length ?? 99) > 8}}}`,
      loadingState: '{{false}}',
      tooltip: '',
    },
    styles: {
      alignment: 'top',
      fieldBorderRadius: '{{8}}',
      padding: 'none',
      labelFontSize: '{{12}}',
      labelColor: color.text,
    },
    validation: { mandatory: `{{${spec.required ?? false}}}`, customRule: null },
    events: on('onSelect', spec.onSelect),
  });
}

/**
 * Takes files from the person's computer; `components.<name>.file` has their `name`, `type` and `base64Data`. On
 * ToolJet 2.27 it takes a second file only after it was drawn anew, so it belongs in a modal.
 */
export function filePicker(
  name: string,
  spec: Common & {
    label: string;
    /** Says which files, and how large they may be. */
    hint: string;
    /** MIME types and endings such as `.md`. */
    types: readonly string[];
    /** Bytes of each file. */
    most: number;
    /** How many files; one by default. */
    files?: number;
  },
): Widget {
  const files = spec.files ?? 1;
  const limits = {
    fileType: spec.types.join(','),
    minSize: '{{1}}',
    maxSize: `{{${spec.most}}}`,
    minFileCount: '{{0}}',
    maxFileCount: `{{${files}}}`,
  };
  return widget(name, 'FilePicker', 160, spec, {
    properties: {
      label: spec.label,
      instructionText: spec.hint,
      enableDropzone: '{{true}}',
      enablePicker: '{{true}}',
      enableMultiple: `{{${files > 1}}}`,
      parseContent: '{{false}}',
      parseFileType: 'auto-detect',
      loadingState: '{{false}}',
      tooltip: '',
      ...limits,
    },
    styles: { borderRadius: '{{8}}', containerBorder: color.line, padding: 'default' },
    validation: { enableValidation: '{{false}}', ...limits },
  });
}

/** Values of an input of the API that takes one of a few, in the order of the contract. */
export function valuesOf<E extends Readonly<Record<string, string>>>(
  input: z.ZodEnum<E> | z.ZodOptional<z.ZodEnum<E>> | z.ZodDefault<z.ZodEnum<E>>,
): E[keyof E][] {
  return input instanceof z.ZodEnum ? input.options : input.unwrap().options;
}

/** Options of a dropdown from the values of an enumeration: `on_leave` is shown as "On leave". */
export function choicesOf(values: readonly string[]): [value: string, label: string][] {
  return values.map((value) => [value, value.charAt(0).toUpperCase() + value.slice(1).replaceAll('_', ' ')]);
}

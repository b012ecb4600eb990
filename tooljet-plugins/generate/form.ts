import type { RouteField } from '../common/route.ts';

/** What a person sees of one input. */
export interface FormField extends Omit<RouteField, 'in'> {
  description: string;
  placeholder?: string;
  multiline?: boolean;
  choices?: readonly string[];
}

export interface FormOperation {
  value: string;
  name: string;
  description: string;
  list: boolean;
  fields: readonly FormField[];
}

export interface FormGroup {
  id: string;
  name: string;
  operations: readonly FormOperation[];
}

/** Keys of a query's options that are ToolJet's own, or our selectors'. */
const TAKEN = new Set([
  ...['resource', 'operation', 'limit', 'cursor', 'parameters', 'query', 'arrayValuesChanged'],
  ...['runOnPageLoad', 'requestConfirmation', 'confirmationMessage', 'showSuccessNotification'],
  ...['successMessage', 'notificationDuration', 'enableTransformation', 'transformation'],
  ...['transformations', 'transformationLanguage', 'runOnDependencyChange', 'events'],
]);

/** The key of a field in a query's options. */
export function optionKey(field: string): string {
  return TAKEN.has(field) ? `input_${field}` : field;
}

/**
 * ToolJet's operations.json: first the group, then the operation in it, then its fields. Every field is a
 * code field, since an app fills it from a component; what may be chosen stands in its placeholder.
 */
export function operationsJson(title: string, description: string, groups: readonly FormGroup[]): string {
  const [first] = groups;
  const document = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title,
    description,
    type: 'api',
    defaults: { resource: first?.id, operation: first?.operations[0]?.value },
    properties: {
      resource: flip(
        'resource',
        'Resource',
        groups.map(({ id, name }) => ({ value: id, name })),
      ),
      ...Object.fromEntries(groups.map((group) => [group.id, groupForm(group)])),
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function flip(key: string, label: string, list: { value: string; name: string }[]) {
  return { label, key, type: 'dropdown-component-flip', description: `Choose the ${key}`, list };
}

function groupForm(group: FormGroup) {
  const list = group.operations.map(({ value, name }) => ({ value, name }));
  return {
    operation: flip('operation', 'Operation', list),
    ...Object.fromEntries(group.operations.map((operation) => [operation.value, fieldsOf(operation)])),
  };
}

function fieldsOf(operation: FormOperation) {
  const required = operation.fields.filter((field) => field.required);
  const optional = operation.fields.filter((field) => !field.required);
  return {
    ...Object.fromEntries([...required, ...optional].map((field) => [field.key, codeField(field)])),
    ...(operation.list ? { limit: LIMIT, cursor: CURSOR } : {}),
  };
}

const LIMIT = codeField({
  name: 'limit',
  key: 'limit',
  type: 'number',
  label: 'Rows',
  required: false,
  description: 'Maximum number of rows (1 to 5000)',
  placeholder: '50',
});
const CURSOR = codeField({
  name: 'cursor',
  key: 'cursor',
  type: 'string',
  label: 'Start after',
  required: false,
  description: 'nextCursor of the previous page',
  placeholder: '{{queries.previousPage.data.nextCursor}}',
});

function codeField(field: FormField) {
  const tall = field.multiline || field.type === 'json';
  return {
    label: field.required ? field.label : `${field.label} (optional)`,
    key: field.key,
    type: 'codehinter',
    description: field.description,
    placeholder: placeholderOf(field),
    height: tall ? '150px' : '36px',
    width: '100%',
    lineNumbers: false,
    className: 'codehinter-plugins col-12',
  };
}

function placeholderOf(field: FormField): string {
  if (field.placeholder) return field.placeholder;
  if (field.choices) return field.choices.join(field.type === 'multiOptions' ? ', ' : ' | ');
  if (field.type === 'boolean') return 'true | false';
  return field.description;
}

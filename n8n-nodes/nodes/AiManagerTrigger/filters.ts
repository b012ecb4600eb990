import type { IDataObject, INodeProperties } from 'n8n-workflow';

type Operator = 'equals' | 'notEquals' | 'contains' | 'oneOf' | 'greaterThan' | 'lessThan' | 'exists';

/** One condition on the data of an event. */
export interface EventFilter {
  /** Such as `grade`, or `run.week` for a field inside another. */
  field: string;
  operator: Operator;
  value?: string | number | boolean;
}

/** Whether the data of an event meets every condition. A field that is missing meets none but `notEquals`. */
export function passes(data: IDataObject, filters: EventFilter[]): boolean {
  return filters.every(({ field, operator, value = '' }) =>
    meets(valueAt(data, field), operator, String(value)),
  );
}

function meets(actual: unknown, operator: Operator, wanted: string): boolean {
  const missing = actual === undefined || actual === null;
  const text = typeof actual === 'object' ? JSON.stringify(actual) : String(actual);
  switch (operator) {
    case 'exists':
      return !missing;
    case 'notEquals':
      return missing || text !== wanted;
    case 'equals':
      return !missing && text === wanted;
    case 'contains':
      return (
        !missing && (Array.isArray(actual) ? actual.map(String).includes(wanted) : text.includes(wanted))
      );
    case 'oneOf':
      return !missing && wanted.split(',').some((choice) => choice.trim() === text);
    case 'greaterThan':
      return !missing && Number(actual) > Number(wanted);
    case 'lessThan':
      return !missing && Number(actual) < Number(wanted);
    default:
      return false;
  }
}

function valueAt(data: IDataObject, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    const known = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    return known ? (value as IDataObject)[key] : undefined;
  }, data);
}

/** The filters in the form of the trigger. */
export const filterProperty: INodeProperties = {
  displayName: 'Filters',
  name: 'filters',
  type: 'fixedCollection',
  typeOptions: { multipleValues: true },
  placeholder: 'Add Filter',
  default: {},
  description:
    'Conditions on the data of the event that all have to be met; other events are acknowledged only',
  options: [
    {
      displayName: 'Condition',
      name: 'conditions',
      values: [
        {
          displayName: 'Field',
          name: 'field',
          type: 'string',
          default: '',
          required: true,
          placeholder: 'e.g. status',
          description: 'Field in the data of the event; use dots for nested fields',
        },
        {
          displayName: 'Operator',
          name: 'operator',
          type: 'options',
          default: 'equals',
          options: [
            { name: 'Contains', value: 'contains' },
            { name: 'Equals', value: 'equals' },
            { name: 'Exists', value: 'exists' },
            { name: 'Greater Than', value: 'greaterThan' },
            { name: 'In List', value: 'oneOf' },
            { name: 'Less Than', value: 'lessThan' },
            { name: 'Not Equals', value: 'notEquals' },
          ],
        },
        {
          displayName: 'Value',
          name: 'value',
          type: 'string',
          default: '',
          displayOptions: { hide: { operator: ['exists'] } },
          description: 'Value to compare with; separate several values by commas',
        },
      ],
    },
  ],
};

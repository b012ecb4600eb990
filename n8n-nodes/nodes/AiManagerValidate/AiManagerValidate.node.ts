import {
  type IExecuteFunctions,
  type ILoadOptionsFunctions,
  type INodeExecutionData,
  type INodePropertyOptions,
  type INodeType,
  type INodeTypeDescription,
  NodeConnectionTypes,
} from 'n8n-workflow';
import { properties } from './properties.ts';
import { ruleSets } from './rule-sets.ts';
import { validate } from './validate.ts';

/** Judges texts by a rule set: what may be used leaves by the first output, the rest by the second. */
export class AiManagerValidate implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'AI Manager Validate',
    name: 'aiManagerValidate',
    icon: { light: 'file:../../icons/ai-manager.svg', dark: 'file:../../icons/ai-manager.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: '={{$parameter["ruleSet"]}}',
    description: 'Check a text by rules before it is used, mend it, and branch by the verdict',
    defaults: { name: 'AI Manager Validate' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
    outputNames: ['Pass', 'Fail'],
    credentials: [{ name: 'aiManagerApi', required: true }],
    properties,
  };

  methods = {
    loadOptions: {
      async ruleSets(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
        return await ruleSets(this);
      },
    },
  };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return await validate(this);
  }
}

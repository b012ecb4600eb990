import {
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
  NodeConnectionTypes,
} from 'n8n-workflow';
import { manifest } from './manifest.ts';
import { nodeMethods } from './methods.ts';
import { nodeProperties } from './properties.ts';
import { runItems } from './run-items.ts';

/** Every operation of the AI Manager API; its form is made from the API's contracts. */
export class AiManager implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'AI Manager',
    name: 'aiManager',
    icon: { light: 'file:../../icons/ai-manager.svg', dark: 'file:../../icons/ai-manager.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle:
      '={{$parameter["operation"].replace(/([A-Z])/g, " $1").toLowerCase() + ": " + $parameter["resource"].replace(/([A-Z])/g, " $1").toLowerCase()}}',
    description: 'Run weekly evaluations and work with their results in AI Manager',
    defaults: { name: 'AI Manager' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'aiManagerApi', required: true }],
    properties: nodeProperties(manifest),
  };

  methods = nodeMethods(manifest);

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return [await runItems(this)];
  }
}

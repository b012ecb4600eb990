import {
  type IDataObject,
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
  NodeConnectionTypes,
  NodeOperationError,
} from 'n8n-workflow';
import { errorDetails, nodeError } from '../shared/problem.ts';
import { operations } from './operations.ts';
import { properties } from './properties.ts';

/** Prompts, scores, observations, metrics and dataset items of Langfuse. */
export class Langfuse implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Langfuse',
    name: 'langfuse',
    icon: { light: 'file:../../icons/langfuse.svg', dark: 'file:../../icons/langfuse.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle:
      '={{$parameter["operation"].replace(/([A-Z])/g, " $1").toLowerCase() + ": " + $parameter["resource"].replace(/([A-Z])/g, " $1").toLowerCase()}}',
    description: 'Read prompts, metrics and observations, write scores and dataset items',
    defaults: { name: 'Langfuse' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'langfuseApi', required: true }],
    properties,
  };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const output: INodeExecutionData[] = [];
    for (let itemIndex = 0; itemIndex < this.getInputData().length; itemIndex++) {
      const pairedItem = { item: itemIndex };
      try {
        const rows: IDataObject[] = await run(this, itemIndex);
        for (const json of rows) output.push({ json, pairedItem });
      } catch (error) {
        if (!this.continueOnFail()) throw nodeError(this.getNode(), error, itemIndex);
        output.push({ json: errorDetails(error), pairedItem });
      }
    }
    return [output];
  }
}

async function run(context: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
  const resource = context.getNodeParameter('resource', itemIndex) as string;
  const operation = context.getNodeParameter('operation', itemIndex) as string;
  const chosen = operations[`${resource}.${operation}`];
  if (chosen) return await chosen(context, itemIndex);
  throw new NodeOperationError(
    context.getNode(),
    `This version of the node has no operation ${resource}.${operation}`,
    { itemIndex },
  );
}

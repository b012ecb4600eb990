import { z } from 'zod';
import { id } from '../schemas.ts';

const workflowInstance = z.object({
  instanceId: id,
  template: z.string(),
  version: z.number().int(),
  reference: z.string().nullable(),
});

/** What happens to workflow templates and their instances. */
export const workflowEvents = {
  'workflow.template.published': {
    title: 'Workflow template published',
    description: 'New instances of a workflow template run this version.',
    data: z.object({ template: z.string(), version: z.number().int() }),
  },
  'workflow.instance.started': {
    title: 'Workflow started',
    description: 'An instance of a workflow template was started.',
    data: workflowInstance,
  },
  'workflow.step.ended': {
    title: 'Workflow step ended',
    description: 'A step of a workflow succeeded, failed for good, or was undone.',
    data: workflowInstance.extend({
      step: z.string(),
      path: z.string(),
      state: z.enum(['succeeded', 'failed', 'undone', 'undo failed']),
    }),
  },
  'workflow.instance.completed': {
    title: 'Workflow completed',
    description: 'Every step of a workflow ended as it should.',
    data: workflowInstance,
  },
  'workflow.instance.failed': {
    title: 'Workflow failed',
    description: 'A step failed and nothing was undone: there was nothing to undo, or no way back.',
    data: workflowInstance.extend({ reason: z.string() }),
  },
  'workflow.instance.compensated': {
    title: 'Workflow undone',
    description: 'A workflow failed or was cancelled, and everything that its steps did was undone.',
    data: workflowInstance.extend({ reason: z.string() }),
  },
  'workflow.instance.cancelled': {
    title: 'Workflow cancelled',
    description: 'A workflow was stopped; what its steps did was not undone.',
    data: workflowInstance.extend({ reason: z.string() }),
  },
  'workflow.rollback.incomplete': {
    title: 'Rollback incomplete',
    description: 'Something that a workflow did could not be undone: a person has to undo it by hand.',
    data: workflowInstance.extend({ left: z.array(z.string()).describe('Steps that are not undone') }),
  },
} as const;

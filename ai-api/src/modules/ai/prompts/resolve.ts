import { createHash } from 'node:crypto';
import type { ResolvedPrompt } from '../../../models/prompt.ts';
import type { TenantTransaction } from '../../../platform/database/index.ts';
import { runningExperiment } from './running-experiment.ts';
import { findLabel, findPrompt, findVersion, type VersionRecord } from './store.ts';

/** Which versions of a prompt are used from one moment on: plain data, kept by callers that have to stay with them. */
export interface PromptPlan {
  name: string;
  version: number;
  label: string;
  isFallback: boolean;
  experiment: { id: string; label: string; version: number; share: number } | null;
}

/** There is no version to use. */
export class NoSuchPrompt extends Error {
  constructor(name: string, label: string) {
    super(`No version of the prompt ${name} has the label ${label}`);
    this.name = 'NoSuchPrompt';
  }
}

/** What is in force now. @throws {NoSuchPrompt} */
export async function planPrompt(
  transaction: TenantTransaction,
  name: string,
  label = 'production',
): Promise<PromptPlan> {
  const held = await findLabel(transaction, name, label);
  if (!held) throw new NoSuchPrompt(name, label);
  const prompt = await findPrompt(transaction, name);
  const running = label === 'production' ? await runningExperiment(transaction, name) : undefined;
  return {
    name,
    version: held.version,
    label,
    isFallback: (prompt?.mirror_error ?? null) !== null,
    experiment: running
      ? {
          id: running.id,
          label: running.label,
          version: running.treatment_version as number,
          share: running.share,
        }
      : null,
  };
}

/** Reads the versions of a plan. It resolves to the version of a subject, or without a subject to the plain one. */
export async function openPlan(
  transaction: TenantTransaction,
  { name, version, label, isFallback, experiment }: PromptPlan,
): Promise<(subject?: string) => ResolvedPrompt> {
  const read = async (wanted: number) => {
    const found = await findVersion(transaction, name, wanted);
    if (!found) throw new NoSuchPrompt(name, `version ${wanted}`);
    return found;
  };
  const control = resolved(await read(version), { label, isFallback, experimentId: experiment?.id ?? null });
  if (!experiment) return () => control;
  const treatment = resolved(await read(experiment.version), {
    label: experiment.label,
    isFallback,
    experimentId: experiment.id,
  });
  const plain = { ...control, experimentId: null };
  return (subject) => {
    if (subject === undefined) return plain;
    return assign(experiment.id, subject, experiment.share) === 'treatment' ? treatment : control;
  };
}

/**
 * Which side of an experiment a subject is on: always the same one, for any caller and in any order. `share` of
 * all subjects (0 to 1) is treated. Subjects of another experiment fall independently.
 */
export function assign(experimentId: string, subject: string, share: number): 'control' | 'treatment' {
  const digest = createHash('sha256').update(`${experimentId}\n${subject}`).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48 < share ? 'treatment' : 'control';
}

export function resolved(
  row: VersionRecord,
  how: Pick<ResolvedPrompt, 'label' | 'isFallback' | 'experimentId'>,
): ResolvedPrompt {
  const { name, version, text, variables, config, langfuse_version: langfuseVersion } = row;
  return { name, version, langfuseVersion, text, variables, config, ...how };
}

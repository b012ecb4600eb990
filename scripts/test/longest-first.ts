import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { pathOf, readTimings } from './timings.ts';

/**
 * Runs the files that take longest first, by the committed timings, so that no long file begins when all others have
 * ended. Files without a time come first. A worker loads what the files of a project share once and ends when a file of
 * another project is next: those of the other projects follow the longest file in a row, while a worker is busy with it.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const timings = readTimings();
    const secondsOf = ({ moduleId }: TestSpecification) => timings.get(pathOf(moduleId)) ?? 10_000;
    const [longest, ...others] = files.toSorted(
      (a, b) => secondsOf(b) - secondsOf(a) || a.moduleId.localeCompare(b.moduleId),
    );
    if (!longest) return [];
    const isOfSameProject = ({ project }: TestSpecification) => project === longest.project;
    const elsewhere = others.filter((file) => !isOfSameProject(file));
    return [longest, ...elsewhere, ...others.filter(isOfSameProject)];
  }
}

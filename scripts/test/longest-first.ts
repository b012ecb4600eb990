import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { pathOf, readTimings } from './timings.ts';

/**
 * Runs the files that take longest first, by the committed timings, so that no long file begins when all others have
 * ended. Files without a time come first. Files that share a worker (`isolate: false`) follow the longest of the
 * others in a row: one worker loads what they share once, while another is busy with that file.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const timings = readTimings();
    const secondsOf = ({ moduleId }: TestSpecification) => timings.get(pathOf(moduleId)) ?? 10_000;
    const sorted = files.toSorted(
      (a, b) => secondsOf(b) - secondsOf(a) || a.moduleId.localeCompare(b.moduleId),
    );
    const [longest, ...others] = sorted.filter(({ project }) => project.config.isolate);
    const sharing = sorted.filter(({ project }) => !project.config.isolate);
    return longest ? [longest, ...sharing, ...others] : sharing;
  }
}

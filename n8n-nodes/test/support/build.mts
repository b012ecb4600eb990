import { build } from '../../scripts/build.mts';

/** The tests run what would be published, so it is built first. */
export default function setup(): void {
  build();
}

/** The two colours of the API, as Terraform's variable `api_release` has them. */
export interface Release {
  blue: { image: string; weight: number };
  green: { image: string; weight: number };
}

type Colour = keyof Release;

/** Shares of the traffic that a new version gets, one after the other, in percent. */
export const SHARES = [10, 50, 100];

/** The colour that has most of the traffic. */
export function active({ blue, green }: Release): Colour {
  return blue.weight >= green.weight ? 'blue' : 'green';
}

/** What the colours are with a new image at one share of the traffic. */
export function withShare(now: Release, image: string, share: number): Release {
  const old = active(now);
  const other: Colour = old === 'blue' ? 'green' : 'blue';
  return {
    ...now,
    [old]: { image: now[old].image, weight: 100 - share },
    [other]: { image, weight: share },
  } as Release;
}

/** The state without the colour that has no traffic any more; blue stays, for a colour must. */
export function withoutIdle(now: Release): Release {
  return active(now) === 'blue' ? { ...now, green: { image: '', weight: 0 } } : now;
}

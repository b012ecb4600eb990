/** What time it is. A test moves it. */
export interface Clock {
  now: () => Date;
}

export const systemClock = (): Clock => ({ now: () => new Date() });

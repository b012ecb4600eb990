import type { Config } from '../../../../config/index.ts';
import type { Plan } from '../../../../contract/plans.ts';
import { TIERS } from '../../../../contract/tiers.ts';

interface Price {
  id: string;
  metadata?: Record<string, string> | null | undefined;
}

/** Which price is for which plan: by the settings, where the first of a plan is sold, or by what the price itself says. */
export function priceList(config: Pick<Config, 'STRIPE_PRICE_PRO' | 'STRIPE_PRICE_ENTERPRISE'>) {
  const idsOf = (list: string | undefined) =>
    (list ?? '')
      .split(',')
      .map((id) => id.trim())
      .filter((id) => id !== '');
  const known: Record<Plan, string[]> = {
    starter: [],
    pro: idsOf(config.STRIPE_PRICE_PRO),
    enterprise: idsOf(config.STRIPE_PRICE_ENTERPRISE),
  };
  return {
    priceOf: (plan: Plan): string | undefined => known[plan][0],
    /** Null for a price that is not for a plan of ours. */
    planOf: ({ id, metadata }: Price): Plan | null =>
      TIERS.find((plan) => known[plan].includes(id)) ?? TIERS.find((plan) => metadata?.plan === plan) ?? null,
  };
}

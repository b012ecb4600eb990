/** Performance plans as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((plan) => ({
      planId: plan.planId,
      builder: plan.builder.name,
      state: plan.overdue ? 'overdue' : plan.status.replace('_', ' '),
      until: plan.endsOn,
      goals: String(plan.goals.length),
      checkIns: String(plan.checkIns.length),
    })),
  };
}

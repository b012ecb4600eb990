import { load, run } from '../build/actions.ts';
import { cardOf, pageHeader, section, statusColor, tableOf } from '../build/blocks.ts';
import { dropdown } from '../build/fields.ts';
import type { Page, Query } from '../build/model.ts';
import { api } from '../build/queries.ts';
import { button, cell } from '../build/widgets.ts';

export const planUsageQueries: Query[] = [
  api.read('companyPlan', 'companyPlan.get', { transform: 'company-plan' }),
  api.read('planUsage', 'companyPlan.usage', { transform: 'plan-usage' }),
  api.read('planOptions', 'companyPlan.compare', { transform: 'plan-options' }),
  api.write('startCheckout', 'billing.checkout', {
    options: { plan: '{{components.planChoice.value}}' },
    confirm: 'Go to Stripe to subscribe? You see the price there, and pay only when you confirm it.',
    done: 'Stripe opens in a new tab. The plan changes once the payment is confirmed.',
    next: [{ do: 'open-webpage', url: '{{queries.startCheckout.data.url}}' }],
  }),
  api.write('openPortal', 'billing.portal', {
    done: 'Stripe opens in a new tab.',
    next: [{ do: 'open-webpage', url: '{{queries.openPortal.data.url}}' }],
  }),
  api.write('refreshBilling', 'billing.refresh', {
    done: 'The subscription was read again.',
    next: [run('companyPlan'), run('planUsage'), run('planOptions')],
  }),
];

const UNKNOWN = { title: 'Unknown', hint: 'The API did not return it. Press Refresh.' };
const noBilling = '{{!(queries.companyPlan.data?.isPaid ?? false)}}';

/** What the company has subscribed to and used, and where it pays. */
export const planUsagePage: Page = {
  handle: 'plan-and-usage',
  name: 'Plan and usage',
  icon: 'IconGauge',
  onLoad: load('companyPlan', 'planUsage', 'planOptions'),
  rows: [
    ...pageHeader(
      'planUsage',
      'Plan and usage',
      'What the plan of the company allows, and what is used of it. Days and months begin at midnight UTC.',
      ['companyPlan', 'planUsage', 'planOptions'],
    ),
    [
      cell(
        cardOf('companyPlanCard', 'companyPlan', {
          from: 'card',
          height: 144,
          mobileHeight: 160,
          empty: UNKNOWN,
        }),
      ),
      cell(
        cardOf('companyPlanPayment', 'companyPlan', {
          from: 'payment',
          height: 144,
          mobileHeight: 160,
          empty: UNKNOWN,
        }),
      ),
    ],
    [
      cell(
        tableOf('planUsageTable', 'planUsage', {
          title: 'Usage',
          height: 400,
          search: false,
          empty: { title: 'Nothing to show', hint: 'Usage could not be read. Press Refresh.' },
          columns: [
            { key: 'what', title: 'What', width: 185 },
            { key: 'used', title: 'Used', width: 95, align: 'right' },
            { key: 'limit', title: 'Limit', width: 95, align: 'right' },
            { key: 'percent', title: 'Share', width: 70, align: 'right' },
            { key: 'state', title: 'State', width: 110, color: statusColor },
            { key: 'resets', title: 'Starts again', width: 110 },
          ],
        }),
        3,
      ),
      cell(
        tableOf('planFeatures', 'companyPlan', {
          title: 'Features',
          rows: 'queries.companyPlan.data?.features',
          height: 400,
          search: false,
          empty: UNKNOWN,
          columns: [
            { key: 'title', title: 'Feature', width: 250, wrap: true },
            { key: 'state', title: 'Plan', width: 150, color: statusColor },
          ],
        }),
        2,
      ),
    ],
    section('planOptionsTitle', 'Plans'),
    [
      cell(
        tableOf('planOptionsTable', 'planOptions', {
          title: 'Plans',
          height: 240,
          search: false,
          empty: UNKNOWN,
          columns: [
            { key: 'name', title: 'Plan', width: 140 },
            { key: 'price', title: 'A month', width: 110 },
            { key: 'members', title: 'Members', width: 90, align: 'right' },
            { key: 'conversations', title: 'Conversations a day', width: 150, align: 'right' },
            { key: 'searches', title: 'Searches a day', width: 120, align: 'right' },
            { key: 'webhooks', title: 'Webhooks a day', width: 130, align: 'right' },
            { key: 'storage', title: 'Storage', width: 90, align: 'right' },
            { key: 'models', title: 'Models a month', width: 120, align: 'right' },
          ],
        }),
      ),
    ],
    [
      cell(
        dropdown('planChoice', {
          label: 'Plan to subscribe to',
          placeholder: 'Choose',
          schema: '{{queries.planOptions.data?.choices ?? []}}',
        }),
        2,
      ),
      cell(
        button('planSubscribe', 'Subscribe at Stripe', [run('startCheckout')], {
          kind: 'primary',
          busy: '{{queries.startCheckout.isLoading}}',
          disabled: '{{!components.planChoice.value}}',
        }),
      ),
      cell(
        button('planPortal', 'Payments and invoices', [run('openPortal')], {
          busy: '{{queries.openPortal.isLoading}}',
          disabled: '{{!(queries.companyPlan.data?.portal ?? false)}}',
        }),
      ),
      cell(
        button('planRefreshBilling', 'Update from Stripe', [run('refreshBilling')], {
          busy: '{{queries.refreshBilling.isLoading}}',
          disabled: noBilling,
        }),
      ),
    ],
  ],
};

import type { RequestHandler, Router } from 'express';
import { MODULES, type ModuleName } from '../catalogue/modules.ts';
import { idempotencyData } from '../http/idempotency/personal-data.ts';
import { createInvoker, type Invoker } from '../http/invoker.ts';
import type { Served } from '../http/router.ts';
import { type Explains, judgementData, type Kind } from '../judgement/index.ts';
import { modelDataOf } from '../models/personal-data.ts';
import type { Contestable } from '../modules/ai/contests/index.ts';
import type { Labels } from '../modules/ai/levels/index.ts';
import type { Installation } from '../modules/shared/ops/index.ts';
import type { TenantTransaction } from '../platform/database/index.ts';
import type { NamedPersonalData, PersonalData } from '../platform/personal-data.ts';
import type { CountAdverse, CountedPromise } from '../platform/promises.ts';
import type { Drivers } from './drivers.ts';
import { installationOf } from './installation.ts';

/** What the `index.ts` of a module may export beside `create`. */
interface Module {
  /** Builds its service from drivers and from the services of the modules below it. */
  create(needs: never): unknown;
  /** One handler for each operation of its contract. */
  operations?(service: never): Served[];
  /** Express routes that are no operations, such as pages. */
  routes?(service: never, anonymous: RequestHandler): Router;
  /** Its kinds of judgement. */
  kinds?: readonly Kind[];
  /** Gives a company what comes with the module. */
  seed?(transaction: TenantTransaction, tenantId: string, needs: never): Promise<void>;
  /** What it knows of its judgements, for explanations. */
  explains?(service: never): readonly Explains[];
  /** How contested judgements of its kinds are suspended and changed. */
  contestable?(service: never): readonly Contestable[];
  /** What it knows of the decisions of people, for levels. */
  labels?(service: never): readonly Labels[];
  /** The personal data that it holds. */
  personalData?(service: never): PersonalData;
  /** The adverse outcomes of people that its own tables have, beside its judgements. */
  adverse?(service: never): readonly CountAdverse[];
  /** What it promises to those who are judged. */
  promises?(service: never): readonly CountedPromise[];
}

type Loaded<Name extends ModuleName> = Awaited<ReturnType<(typeof MODULES)[Name]['load']>>;
/** The services of all modules by name. */
export type Services = { [Name in ModuleName]: Awaited<ReturnType<Loaded<Name>['create']>> };

/** What modules are built from beside each other. */
interface Given extends Drivers {
  installation: Installation;
  kinds: readonly Kind[];
  personalData: () => readonly NamedPersonalData[];
  explains: () => readonly Explains[];
  promises: () => readonly CountedPromise[];
  adverse: () => readonly CountAdverse[];
  contestable: () => readonly Contestable[];
  labels: () => readonly Labels[];
  /** Carries out operations of all modules in this process; while modules are built it knows none. */
  invoker: Invoker;
}

/** The names of modules with a dependency that no module provides. */
type Unmet = {
  [Name in ModuleName]: Given & Services extends Parameters<Loaded<Name>['create']>[0] ? never : Name;
}[ModuleName];
true satisfies [Unmet] extends [never] ? true : Unmet;

export interface Modules {
  services: Services;
  served: Served[];
  invoker: Invoker;
  routes(anonymous: RequestHandler): Router[];
  /** Gives a company what comes with the modules. */
  seed(transaction: TenantTransaction, tenantId: string): Promise<void>;
}

/** Builds every module of the catalogue, in its order. */
export async function createModules(drivers: Drivers): Promise<Modules> {
  const names = Object.keys(MODULES) as ModuleName[];
  const loaded = await Promise.all(
    names.map(async (name): Promise<{ name: ModuleName; module: Module }> => {
      return { name, module: await MODULES[name].load() };
    }),
  );
  const services: Record<string, unknown> = {};
  const served: Served[] = [];
  const given: Given = {
    ...drivers,
    installation: installationOf(drivers),
    kinds: loaded.flatMap(({ module }) => module.kinds ?? []),
    personalData: () => [
      ...[judgementData, modelDataOf(drivers.config.MODEL_TEXT_DAYS), idempotencyData],
      ...loaded.flatMap(({ name, module }) => {
        const held = module.personalData?.(services[name] as never);
        return held ? [{ ...held, module: name }] : [];
      }),
    ],
    explains: () => loaded.flatMap(({ name, module }) => module.explains?.(services[name] as never) ?? []),
    promises: () => loaded.flatMap(({ name, module }) => module.promises?.(services[name] as never) ?? []),
    adverse: () => loaded.flatMap(({ name, module }) => module.adverse?.(services[name] as never) ?? []),
    contestable: () =>
      loaded.flatMap(({ name, module }) => module.contestable?.(services[name] as never) ?? []),
    labels: () => loaded.flatMap(({ name, module }) => module.labels?.(services[name] as never) ?? []),
    invoker: createInvoker(served, drivers.requestPolicies),
  };
  for (const { name, module } of loaded) {
    services[name] = await module.create({ ...given, ...services } as never);
  }
  for (const { name, module } of loaded) served.push(...(module.operations?.(services[name] as never) ?? []));
  return {
    services: services as Services,
    served,
    invoker: given.invoker,
    routes: (anonymous) =>
      loaded.flatMap(({ name, module }) => module.routes?.(services[name] as never, anonymous) ?? []),
    seed: async (transaction, tenantId) => {
      for (const { module } of loaded)
        await module.seed?.(transaction, tenantId, { ...given, ...services } as never);
    },
  };
}

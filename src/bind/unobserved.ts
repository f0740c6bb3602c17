import { tooManyEntries } from "../diagnostics/catalogue/memory.ts";
import * as usage from "../diagnostics/catalogue/usage.ts";
import { outcome, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import { sizeWith, type Numbers } from "./numbers.ts";
import { bindSizes } from "./sizes.ts";
import { evaluateData } from "./evaluate.ts";
import type { Model } from "../model/model.ts";
import { resolve } from "../model/sizes.ts";
import { readRaw } from "./raw.ts";
import { checkValues } from "./values.ts";
import { everyExpr } from "../model/walk.ts";
import { mostEntries, sizeOf, type HostTensor } from "../tensor/shape.ts";
import { fillMissing, missingUses } from "./missing.ts";

/** Names of the data that an `observe` explains: what simulation draws. */
export function observedNames(model: Model): ReadonlySet<string> {
  const found = new Set<string>();
  for (const node of model.nodes)
    if (node.kind === "observed")
      for (const expr of everyExpr(node.value)) if (expr.kind === "data") found.add(expr.name);
  return found;
}

/**
 * A model's inputs before its observations are there: sizes from options and covariates, room for what is to be
 * drawn. Covariates keep the promises of their declarations; observations that are given only lend their lengths.
 * `what` needs the data, in messages.
 */
export function bindUnobserved(
  model: Model,
  raw: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, number>>,
  what = "`stratum simulate`",
): Outcome<Numbers> {
  const observed = observedNames(model);
  const diagnostics: Diagnostic[] = [];
  const read = new Map<string, HostTensor>();
  for (const decl of model.data) {
    if (!Object.hasOwn(raw, decl.name)) continue;
    const tensor = readRaw(decl, raw[decl.name], diagnostics);
    if (tensor) read.set(decl.name, tensor);
  }
  const needed = model.data.map(({ name }) => name).filter((name) => !observed.has(name));
  const missing = needed.filter((name) => !Object.hasOwn(raw, name));
  if (missing.length > 0) diagnostics.push(usage.noDataGiven({ what, model: model.name, needs: missing }));
  for (const name of Object.keys(given))
    if (!model.sizes.includes(name)) diagnostics.push(usage.unknownSize({ name, sizes: model.sizes }));

  const sizes = bindSizes(model, read, given, diagnostics);
  // A size that is missing is likely the one that was misspelt.
  const known = Object.keys(given).every((name) => model.sizes.includes(name));
  for (const name of model.sizes) if (known && !sizes.has(name)) diagnostics.push(usage.sizeNeeded({ name }));
  for (const { name, span, type } of model.data) {
    const entries = sizeOf(type.shape.map((dim) => resolve(dim, sizes) ?? 0));
    if (!(entries <= mostEntries)) diagnostics.push(tooManyEntries({ span, text: name, entries }));
  }
  const bound = (): Numbers => {
    const size = sizeWith(sizes);
    const data = new Map<string, HostTensor>();
    for (const { name, type } of model.data) {
      const shape = type.shape.map(size);
      data.set(name, read.get(name) ?? { shape, values: new Float64Array(sizeOf(shape)) });
    }
    const consts = new Map<string, HostTensor>();
    const made: Numbers = { sizes, consts, data, size };
    for (const { name, value } of model.consts) consts.set(name, evaluateData(model, made, value));
    return made;
  };
  const sound = outcome(bound, diagnostics);
  if (!sound.ok) return sound;
  const covariates = { ...model, data: model.data.filter(({ name }) => !observed.has(name)) };
  const values = checkValues(covariates, sound.value);
  const data = new Map(sound.value.data);
  fillMissing(covariates, data);
  const filled = { ...sound.value, data };
  const missingReads = values.length > 0 ? [] : missingUses(model, filled);
  return outcome(() => filled, [...diagnostics, ...values, ...missingReads]);
}

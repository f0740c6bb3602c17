import { assert } from "../base/assert.ts";
import {
  missingData,
  negativeLength,
  unknownSizeOption,
  unresolvedSize,
  unusedData,
} from "../diagnostics/catalogue/data.ts";
import { outcome, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import { suggest } from "../diagnostics/suggest.ts";
import type { HostTensor } from "../tensor/shape.ts";
import { sizeWith, type Numbers } from "./numbers.ts";
import { evaluateData } from "./evaluate.ts";
import type { Model } from "../model/model.ts";
import { readRaw } from "./raw.ts";
import { bindSizes } from "./sizes.ts";
import { absent, checkValues } from "./values.ts";
import { badIndices, checkUses } from "./uses.ts";
import { fillMissing, missingUses } from "./missing.ts";

export interface BindOptions {
  /** Numbers for sizes, beside those read off the data; the two must agree. */
  readonly sizes?: Readonly<Record<string, number>>;
}

/**
 * Puts numbers into a model: `raw` holds nested arrays of numbers, numbers, or tensors `{ shape, values }` by name.
 * Everything that the declarations promise is checked against the numbers, and all that does not hold is reported.
 */
export function bind(
  model: Model,
  raw: Readonly<Record<string, unknown>>,
  options: BindOptions = {},
): Outcome<Numbers> {
  const diagnostics: Diagnostic[] = [...presence(model, raw), ...sizeOptions(model, options)];
  const data = new Map<string, HostTensor>();
  for (const decl of model.data) {
    if (!Object.hasOwn(raw, decl.name)) continue;
    const tensor = readRaw(decl, raw[decl.name], diagnostics);
    if (tensor) data.set(decl.name, tensor);
  }
  const sizes = bindSizes(model, data, options.sizes ?? {}, diagnostics);
  if (failedAny(diagnostics)) {
    const absences = model.data.flatMap((decl) => {
      const tensor = data.get(decl.name);
      return (tensor && absent(model, decl, tensor)) ?? [];
    });
    return refuse([...diagnostics, ...absences]);
  }
  diagnostics.push(...impossibleSizes(model, sizes));
  if (failedAny(diagnostics)) return refuse(diagnostics);

  const consts = new Map<string, HostTensor>();
  const numbers: Numbers = { sizes, consts, data, size: sizeWith(sizes) };
  for (const { name, value } of model.consts) {
    const indices = badIndices(model, numbers, value);
    if (indices.length > 0) return refuse([...diagnostics, ...indices]);
    consts.set(name, evaluateData(model, numbers, value));
  }

  diagnostics.push(...checkValues(model, numbers));
  fillMissing(model, data);
  if (!failedAny(diagnostics)) diagnostics.push(...missingUses(model, numbers));
  // Uses are judged on data that keep their own promises: otherwise one mistake would be told twice.
  if (!failedAny(diagnostics)) diagnostics.push(...checkUses(model, numbers));
  return outcome(() => numbers, diagnostics);
}

const failedAny = (diagnostics: readonly Diagnostic[]): boolean => diagnostics.some((d) => d.severity === "error");

const refuse = (diagnostics: readonly Diagnostic[]): Outcome<Numbers> =>
  outcome((): Numbers => {
    assert(false, "there are errors");
  }, diagnostics);

function presence(model: Model, raw: Readonly<Record<string, unknown>>): Diagnostic[] {
  const given = Object.keys(raw);
  const wanted = model.data.map((decl) => decl.name);
  const unused = given.filter((name) => !wanted.includes(name));
  const missing = wanted.filter((name) => !Object.hasOwn(raw, name));
  return [
    ...model.data.flatMap(({ name, span }) =>
      missing.includes(name) ? [missingData({ name, span, there: given, suggestion: suggest(name, unused) })] : [],
    ),
    ...unused.map((name) => unusedData({ name, suggestion: suggest(name, missing) })),
  ];
}

function sizeOptions(model: Model, options: BindOptions): Diagnostic[] {
  const known = model.sizes;
  return Object.keys(options.sizes ?? {})
    .filter((name) => !known.includes(name))
    .map((name) => unknownSizeOption({ name, known, suggestion: suggest(name, known) }));
}

/** Sizes that no data tell, and sums of sizes that come out below 0. */
function impossibleSizes(model: Model, sizes: ReadonlyMap<string, number>): Diagnostic[] {
  const unknown = model.sizes.filter((name) => !sizes.has(name));
  if (unknown.length > 0)
    return unknown.map((size) => {
      const decl = model.data.find(({ type }) => type.shape.some((dim) => String(dim).includes(size)));
      assert(decl, `${size} is named in the type of some data`);
      return unresolvedSize({ name: decl.name, span: decl.span, size });
    });
  const used = [
    ...model.plates.map(({ size, span }) => ({ span, size })),
    ...model.params.flatMap(({ type, span }) => type.shape.map((size) => ({ span, size }))),
    ...model.nodes.flatMap((node) =>
      node.kind === "latent" ? node.type.shape.map((size) => ({ span: node.span, size })) : [],
    ),
  ];
  return used.flatMap(({ size, span }) => {
    const value = sizeWith(sizes)(size);
    return value < 0 ? [negativeLength({ span, size: String(size), value })] : [];
  });
}

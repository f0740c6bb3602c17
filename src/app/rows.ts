import { notTheRunsData, noSuchDatum } from "../diagnostics/catalogue/plots.ts";
import { otherLayout } from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import { bind } from "../bind/bind.ts";
import type { Model, Plate } from "../model/model.ts";
import { readRaw } from "../bind/raw.ts";
import { analyse } from "../graph/instance.ts";
import { lower } from "../lower/lower.ts";
import { plan as makePlan, withGuide } from "../plan/plan.ts";
import type { Programs } from "../lower/programs.ts";
import type { LoadedRun } from "../posterior/load.ts";
import { hostTensor, sizeOf, type HostTensor } from "../tensor/shape.ts";
import { checkRun, withEncoders } from "./apply.ts";
import { defaultOptions } from "../plan/options.ts";
import { fingerprints } from "../posterior/record.ts";
import { paramName } from "../program/names.ts";
import { entryOf } from "../base/records.ts";

type Raw = Readonly<Record<string, unknown>>;

/** A saved guide over some rows of data. */
export interface Rows {
  readonly programs: Programs;
  /** What was learned, without the parameters that belong to other rows. */
  readonly parameters: Float64Array;
}

/**
 * A saved guide over some rows of a plate, given by the place of each: of any data where networks read them, of the
 * run's own where the guide has parameters for each datum. Without a plate, over all of the data.
 */
export async function lowerRows(
  run: LoadedRun,
  raw: Raw,
  plate: Plate | null,
  rows: readonly number[],
): Promise<Outcome<Rows>> {
  const { record } = run;
  const checked = checkRun(run);
  if (!checked.ok) return checked;
  const { graph, model } = checked.value;
  const whole = readAll(model, raw);
  if (!whole.ok) return whole;
  const picked = plate === null ? ok(raw) : pick(model, { ...raw, ...whole.value }, plate, rows);
  if (!picked.ok) return picked;
  const numbers = bind(model, picked.value);
  if (!numbers.ok) return numbers;
  const options = { ...defaultOptions, ...record.settings.compile, batch: {} };
  const planned = makePlan(analyse(graph, numbers.value), options);
  if (!planned.ok) return planned;
  const guide = withEncoders(planned.value.guide, run);
  const programs = lower(withGuide(planned.value, guide));

  const own = guide.blocks.find(({ source, plates }) => source.kind === "free" && plates.length > 0);
  if (plate !== null && own) {
    const now = await fingerprints(new Map(Object.entries(whole.value)));
    const names = model.data
      .filter(
        ({ name, type }) =>
          type.shape[0] === plate.size && entryOf(now, name)?.sha256 !== entryOf(record.data, name)?.sha256,
      )
      .map(({ name }) => name);
    if (names.length > 0) return failed(notTheRunsData({ site: own.sites[0]!.name, names }));
  }
  const parameters = new Float64Array(programs.parameterCount);
  for (const spec of programs.paramSpecs) {
    const saved = record.paramSpecs.find(({ name }) => name === spec.name);
    const length = saved ? sizeOf(saved.shape) : 0;
    const fits = saved?.shape.slice(1).join() === spec.shape.slice(1).join();
    if (!saved || (length !== spec.size && !fits))
      return failed(otherLayout({ expected: run.parameters.length, found: parameters.length }));
    const learned = run.parameters.subarray(saved.offset, saved.offset + length);
    // as many rows as the run had, though not these, are told apart by the plate alone
    const each = own && plate !== null && spec.name === paramName.block(own.id);
    const values = each ? takeRows(hostTensor(saved.shape, learned), rows).values : learned;
    if (values.length !== spec.size)
      return failed(otherLayout({ expected: run.parameters.length, found: parameters.length }));
    parameters.set(values, spec.offset);
  }
  return ok({ programs, parameters }, [...numbers.warnings, ...planned.warnings]);
}

/** Data as tensors, as the model's declarations read them. */
function readAll(model: Model, raw: Raw): Outcome<Record<string, HostTensor>> {
  const problems: Diagnostic[] = [];
  const read = new Map<string, HostTensor>();
  for (const decl of model.data) {
    if (!Object.hasOwn(raw, decl.name)) continue;
    const tensor = readRaw(decl, raw[decl.name], problems);
    if (tensor) read.set(decl.name, tensor);
  }
  const [first, ...rest] = problems;
  return first ? failed(first, ...rest) : ok(Object.fromEntries(read));
}

/** The rows of every datum that has one for each element of the plate. */
function pick(model: Model, raw: Raw, plate: Plate, rows: readonly number[]): Outcome<Raw> {
  const picked = new Map(Object.entries(raw));
  for (const { name, type } of model.data) {
    const tensor = entryOf(raw, name) as HostTensor | undefined;
    if (!tensor || type.shape[0] !== plate.size) continue;
    const count = tensor.shape[0]!;
    const beyond = rows.find((row) => row >= count);
    if (beyond !== undefined) return failed(noSuchDatum({ datum: beyond, count }));
    picked.set(name, takeRows(tensor, rows));
  }
  return ok(Object.fromEntries(picked));
}

function takeRows({ shape: [, ...rest], values }: HostTensor, rows: readonly number[]): HostTensor {
  const size = sizeOf(rest);
  const taken = new Float64Array(rows.length * size);
  rows.forEach((row, i) => taken.set(values.subarray(row * size, (row + 1) * size), i * size));
  return hostTensor([rows.length, ...rest], taken);
}

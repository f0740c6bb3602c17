import * as v from "valibot";
import { present } from "../base/assert.ts";
import type { FitState } from "../inference/strategy/strategy.ts";
import { concatArrays } from "../numeric/arrays.ts";
import { hostTensor } from "../tensor/shape.ts";
import { decodeJson, encodeJson } from "./json.ts";
import { readNpy, writeNpy } from "./npy.ts";
import { sha256 } from "./record.ts";
import type { RunFiles } from "./run.ts";
import { namedBy } from "./schema.ts";

/** Which fit a checkpoint is of: everything that decides what it comes to. */
export interface FitIdentity {
  /** Of this program. */
  readonly version: string;
  /** SHA-256 of the model's text. */
  readonly model: string;
  readonly seed: number;
  /** Options as text, by their names on the command line; those that nobody gave say so. */
  readonly options: Readonly<Record<string, string>>;
  /** SHA-256 of each datum, and of the test set as a whole. */
  readonly data: Readonly<Record<string, string>>;
}

/** A state of a fit, to be taken up again. */
export interface SavedFit {
  readonly identity: FitIdentity;
  /** Counts the checkpoints of a fit. */
  readonly serial: number;
  readonly state: FitState;
}

const files = { header: "checkpoint.json", arrays: "arrays.npy" } as const;
const schemaVersion = 1;

/** A checkpoint as files: what it holds in words, and the numbers of all its arrays one after another. */
export async function checkpointFiles({ identity, serial, state }: SavedFit): Promise<RunFiles> {
  const arrays: Float64Array[] = [];
  const packed = pack(state, arrays);
  const all = concatArrays(arrays);
  const bytes = writeNpy(hostTensor([all.length], all));
  const header = { schemaVersion, serial, identity, arrays: await sha256(bytes), state: packed };
  return { [files.arrays]: bytes, [files.header]: encodeJson(header) };
}

/** What the files of a checkpoint hold, or why they cannot be read. */
export async function readCheckpoint(found: RunFiles): Promise<SavedFit | string> {
  const [text, bytes] = [found[files.header], found[files.arrays]];
  if (typeof text !== "string" || typeof bytes !== "object") return "a file of it is missing";
  const header = v.safeParse(headerSchema, decodeJson(text));
  if (!header.success) return `\`${files.header}\` is not what this version writes`;
  if ((await sha256(bytes)) !== header.output.arrays) return `\`${files.arrays}\` was changed or cut short`;
  const all = present(readNpy(bytes), files.arrays).values;
  const state = v.safeParse(stateSchema, unpack(header.output.state, all));
  if (!state.success) return `\`${files.header}\` does not hold together`;
  const { identity, serial } = header.output;
  return { identity, serial, state: state.output };
}

/** A value whose arrays of numbers are left to `arrays`: in their place stands where they begin, and how long they are. */
function pack(value: unknown, arrays: Float64Array[]): unknown {
  if (value instanceof Float64Array) {
    const at = arrays.reduce((sum, { length }) => sum + length, 0);
    arrays.push(value);
    return { at, length: value.length };
  }
  if (Array.isArray(value)) return value.map((entry: unknown) => pack(entry, arrays));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, pack(entry, arrays)]));
}

const placed = v.strictObject({
  at: v.pipe(v.number(), v.integer(), v.minValue(0)),
  length: v.pipe(v.number(), v.integer(), v.minValue(0)),
});

function unpack(value: unknown, all: Float64Array): unknown {
  if (Array.isArray(value)) return value.map((entry: unknown) => unpack(entry, all));
  if (typeof value !== "object" || value === null) return value;
  const place = v.safeParse(placed, value);
  if (place.success) return all.slice(place.output.at, place.output.at + place.output.length);
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, unpack(entry, all)]));
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
// numbers that are not finite are kept as they are, and those of a search may be
const any = v.custom<number>((value) => typeof value === "number");
const array = v.instance(Float64Array);
// names of data among them: `record` would leave out `constructor`
const texts = namedBy(v.string());

const headerSchema = v.strictObject({
  schemaVersion: v.literal(schemaVersion),
  serial: count,
  identity: v.strictObject({ version: v.string(), model: v.string(), seed: v.number(), options: texts, data: texts }),
  arrays: v.string(),
  state: v.unknown(),
});

/** A Gaussian whose arrays fit together. */
const component = v.pipe(
  v.strictObject({ weight: any, centre: array, factor: array }),
  v.check(({ centre, factor }) => factor.length === centre.length ** 2),
);
const mixture = v.pipe(
  v.array(component),
  v.minLength(1),
  v.check((parts) => alike(parts)),
);

function alike(parts: readonly { readonly centre: Float64Array }[]): boolean {
  return parts.every(({ centre }) => centre.length === parts[0]?.centre.length);
}

const mode = v.pipe(
  v.strictObject({ point: array, value: any, factor: array, evidence: any, starts: count }),
  v.check(({ point, factor }) => factor.length === point.length ** 2),
);
const evidence = v.strictObject({ value: any, standardError: any, effectiveSampleSize: any, count: any });
const adapted = v.strictObject({
  mixture,
  core: mixture,
  fit: v.strictObject({ kHat: any, relativeEss: any, evidence, elbo: any }),
  rounds: count,
  splits: count,
});
const search = v.strictObject({
  found: v.strictObject({
    modes: v.array(mode),
    searches: v.array(v.strictObject({ modes: count, fresh: count })),
    ends: v.array(v.strictObject({ path: v.array(v.strictObject({ point: array, value: any })) })),
    diverged: count,
  }),
  settled: v.boolean(),
  start: v.nullable(mixture),
  runs: v.array(adapted),
  finished: v.boolean(),
  evaluations: count,
});
const training = v.pipe(
  v.strictObject({
    step: count,
    parameters: array,
    m: array,
    v: array,
    average: v.nullable(v.strictObject({ sum: array, count })),
    trace: v.strictObject({ bound: array, gradientNorm: array }),
  }),
  v.check(({ step, parameters, m, v: squares, average, trace }) => {
    const sums = average ? [average.sum] : [];
    return (
      [m, squares, ...sums].every(({ length }) => length === parameters.length) &&
      [trace.bound, trace.gradientNorm].every(({ length }) => length === step)
    );
  }),
);
const stateSchema: v.GenericSchema<unknown, FitState> = v.strictObject({
  search: v.nullable(search),
  training: v.nullable(training),
});

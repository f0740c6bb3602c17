import * as v from "valibot";
import { keysOf } from "../base/records.ts";
import { componentNames, guideFamilyNames } from "../components/index.ts";
import type { FitOptions } from "../inference/fit-options.ts";
import type { Fit } from "../inference/fit.ts";
import type { GuideRecord } from "../inference/search/state.ts";
import { activationNames } from "../nn/activations.ts";
import { baselineNames } from "../objective/baselines.ts";
import { boundNames } from "../objective/bounds/index.ts";
import { estimatorNames } from "../objective/estimators/index.ts";
import type { CompileOptions } from "../plan/options.ts";
import { sizeOf, type Shape } from "../tensor/shape.ts";
import type { EvaluateOptions } from "./evaluate.ts";
import { severities, type Finding } from "./findings.ts";
import { schemaVersion, type RunRecord, type SavedSite, type SummaryRecord } from "./record.ts";
import {
  anyNumber,
  count,
  flag,
  hasShape,
  list,
  namedBy,
  nested,
  numbers,
  object,
  objectWith,
  optionalOf,
  positive,
  shape,
  shapeOf,
  text,
  word,
} from "./schema.ts";
import { statistics } from "./summary.ts";

/**
 * What a run folder's JSON has to be before anything is made of it. The compiler sees to it that a schema gives what
 * record.ts says. Sizes are told apart from nonsense here, and compared with the lengths of files in load.ts.
 */

const version = v.literal(schemaVersion, `${schemaVersion}`);

/** More than anybody computes with: components, draws, widths, by which memory is asked for. */
const size = v.pipe(positive, v.maxValue(1e6, "at most a million"));

const frame = object({ weight: anyNumber, centre: numbers, factor: numbers });

const compileOptions: v.GenericSchema<unknown, CompileOptions> = object({
  guide: object({
    family: word(guideFamilyNames),
    K: size,
    component: word(componentNames),
    weights: optionalOf(word(["learned", "uniform"])),
    rank: size,
    amortize: v.nullable(flag),
    hidden: list(size),
    activation: word(activationNames),
    frames: optionalOf(list(frame)),
  }),
  objective: object({
    bound: word(boundNames),
    estimator: word(estimatorNames),
    baseline: word(baselineNames),
    T: size,
    innerT: size,
    beta: v.union([anyNumber, v.literal("feed")], "a number or `feed`"),
  }),
  batch: namedBy(positive),
  clip: v.nullable(anyNumber),
  weightDecay: anyNumber,
});

/** `run.json` */
export const runSchema: v.GenericSchema<unknown, RunRecord> = object({
  schemaVersion: version,
  model: object({ name: text, file: text, sha256: v.string("a text"), improper: optionalOf(list(text)) }),
  settings: object({
    compile: compileOptions,
    // kept for people; nothing else of them is computed with
    fit: objectWith<FitOptions>({ beta: object({ from: anyNumber, to: anyNumber, steps: anyNumber }) }),
    evaluate: objectWith<EvaluateOptions>({ draws: count }),
  }),
  seed: v.union([anyNumber, v.string()], "a number or a text"),
  versions: namedBy(text),
  executor: object({ name: text, precision: word(["float32", "float64"]) }),
  sizes: namedBy(count),
  consts: namedBy(
    v.pipe(
      object({ shape, values: numbers }),
      v.check(({ shape: of, values }) => sizeOf(of) === values.length, "as many values as its shape says"),
    ),
  ),
  data: namedBy(object({ shape, sha256: v.string("a text") })),
  missing: optionalOf(namedBy(object({ missing: count, entries: count }))),
  paramSpecs: v.pipe(
    list(object({ name: text, shape, offset: count, role: word(["guide", "model"]) })),
    v.check((specs) => areContiguous(specs), "a list of arrays one after another"),
  ),
  encoders: namedBy(
    v.pipe(
      object({ centre: numbers, spread: numbers }),
      v.check(({ centre, spread }) => centre.length === spread.length, "as many centres as spreads"),
    ),
  ),
  perData: anyNumber,
  training: object({
    steps: count,
    stepsAsked: count,
    stopped: v.custom<Fit["stopped"]>(isText, "a text"),
    averaged: count,
  }),
  draws: v.nullable(
    v.pipe(
      object({
        count,
        blocks: list(object({ id: text, data: shape })),
        sites: list(
          object({ name: text, kind: word(["sample", "let", "probability"]), block: v.nullable(text), shape }),
        ),
      }),
      v.check((layout) => areOfBlocks(layout), "draws of sites whose shapes begin with those of their blocks"),
    ),
  ),
});

function isText(found: unknown): boolean {
  return typeof found === "string";
}

function areContiguous(specs: readonly { readonly shape: Shape; readonly offset: number }[]): boolean {
  let end = 0;
  return specs.every((spec) => {
    const begins = spec.offset === end;
    end += sizeOf(spec.shape);
    return begins;
  });
}

interface Layout {
  readonly count: number;
  readonly blocks: readonly { readonly id: string; readonly data: Shape }[];
  readonly sites: readonly { readonly block: string | null; readonly shape: Shape }[];
}

function areOfBlocks({ count: draws, blocks, sites }: Layout): boolean {
  if (draws === 0 && blocks.length + sites.length > 0) return false;
  return sites.every(({ block, shape: of }) => {
    if (block === null) return true;
    const found = blocks.find(({ id }) => id === block);
    return found?.data.every((length, axis) => of[axis] === length) ?? false;
  });
}

const evidence = object({
  value: anyNumber,
  standardError: anyNumber,
  bias: anyNumber,
  perDatum: anyNumber,
  perDatumStandardError: anyNumber,
  draws: count,
});

const checks = object({
  kHat: object({
    largest: anyNumber,
    median: anyNumber,
    shareAbove: anyNumber,
    threshold: anyNumber,
    worst: anyNumber,
    data: count,
    draws: count,
  }),
  effectiveSampleSize: object({ smallest: anyNumber, median: anyNumber, draws: count }),
  doubtful: anyNumber,
  broken: count,
});

const finding = objectWith<Finding>({
  code: word(keysOf(severities)),
  severity: word(["fine", "note", "doubt", "failure"]),
  facts: namedBy(v.union([anyNumber, v.string()], "a number or a text")),
});

const verdict = object({
  trusted: flag,
  sentence: v.string("a text"),
  suggestion: v.nullable(v.string("a text")),
  findings: optionalOf(list(finding)),
});

const search = objectWith<GuideRecord>({
  starts: count,
  searches: list(object({ modes: count, fresh: count })),
  modes: count,
  astray: count,
  incomplete: flag,
  restarts: list(objectWith({ components: count, rounds: count, kHat: anyNumber, evidence: anyNumber })),
  disagree: flag,
  evaluations: count,
  polished: flag,
});

const bin = object({
  from: anyNumber,
  to: anyNumber,
  count,
  confidence: v.nullable(anyNumber),
  accuracy: v.nullable(anyNumber),
});

const scores = object({
  scores: list(
    object({
      site: text,
      count,
      draws: count,
      fitted: flag,
      logDensity: object({ mean: anyNumber, standardError: anyNumber }),
      accuracy: v.nullable(anyNumber),
      accuracyStandardError: v.nullable(anyNumber),
      brier: v.nullable(anyNumber),
      ece: v.nullable(anyNumber),
      eceByChance: v.nullable(anyNumber),
      bins: v.nullable(list(bin)),
    }),
  ),
  unscored: list(object({ site: text, because: v.string("a text") })),
});

const siteEntries = {
  name: text,
  kind: word(["sample", "let", "probability"]),
  shape,
  corrected: anyNumber,
  probabilities: optionalOf(object({ lower: anyNumber, count })),
};
const [mean, sd, q05, q50, q95] = statistics;
const told = { [mean]: nested, [sd]: nested, [q05]: nested, [q50]: nested, [q95]: nested };
const summarised = v.pipe(
  object({ ...siteEntries, ...told }),
  v.check((site) => statistics.every((what) => hasShape(site[what], site.shape)), "a summary of its own shape"),
);
const summarisedElsewhere = object({ ...siteEntries, file: v.string("the name of a file") });

/** Which of the two a site is says what is missing in it. */
const site: v.GenericSchema<unknown, SavedSite> = v.lazy((found) =>
  typeof found === "object" && found !== null && "file" in found ? summarisedElsewhere : summarised,
);

const constant = v.pipe(
  object({ shape, value: nested }),
  v.check(({ shape: of, value }) => hasShape(value, of), "a value of its own shape"),
);

const component = v.pipe(
  object({ id: text, weights: nested, locations: namedBy(nested) }),
  v.check(({ weights, locations }) => {
    const of = shapeOf(weights) ?? [];
    return Object.values(locations).every((one) => of.every((length, axis) => shapeOf(one)?.[axis] === length));
  }, "components whose locations begin with the shape of their weights"),
);

/** `summary.json` */
export const summarySchema: v.GenericSchema<unknown, SummaryRecord> = object({
  schemaVersion: version,
  bound: object({ value: anyNumber, standardError: anyNumber, repeats: count }),
  evidence,
  checks,
  verdict,
  separation: optionalOf(list(object({ block: text, divergence: anyNumber }))),
  search: optionalOf(search),
  test: optionalOf(scores),
  sites: list(site),
  constants: namedBy(constant),
  components: list(component),
});

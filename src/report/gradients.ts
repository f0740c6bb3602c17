import type { Difference, MeanVariance } from "../inference/gradients.ts";
import { count, measured, plain } from "./numbers.ts";
import { table } from "./table.ts";
import type { FiniteDifference } from "../inference/finite-differences.ts";

/** One learned number and the statement that it belongs to. */
export interface PlaceReport {
  readonly slot: string;
  readonly entry: readonly number[];
  readonly name: string | null;
  readonly path: string | null;
  readonly line: number | null;
  readonly statement: string | null;
}

/** A bound and its draws per component. */
export interface ObjectiveReport {
  readonly bound: string;
  readonly T: number;
}

/**
 * How noisy an estimator is: the mean over parameters of the variance, over repeats, of each parameter's derivative of
 * the bound (of that for one datum, where every datum has its own), at one minibatch.
 */
export interface VarianceReport {
  readonly mean: MeanVariance;
  /** The same over parts of the parameters: absent where there are none. `weights` are those of mixtures, of the guide's. */
  readonly guide?: MeanVariance;
  readonly weights?: MeanVariance;
  readonly model?: MeanVariance;
  /** Of a single parameter. */
  readonly largest: { readonly value: number; readonly place: PlaceReport };
}

/** One estimator at one point. */
export interface EstimatorRow {
  /** 0: the starting (or trained) parameters; then random ones near. */
  readonly point: number;
  readonly objective: ObjectiveReport;
  readonly estimator: string;
  /** Nats. */
  readonly bound: { readonly value: number; readonly standardError: number };
  /** Root mean square over the parameters of the standard deviation of one estimate. */
  readonly sd: number;
  readonly variance: VarianceReport;
  /** From the first estimator of the same bound at the same point, `reference`; null for that one. */
  readonly difference: (Difference & { readonly reference: string; readonly worst: PlaceReport | null }) | null;
  /** From finite differences; null where the bound of one draw is not what is differentiated. */
  readonly finite: (Omit<FiniteDifference, "worst"> & { readonly worst: PlaceReport }) | null;
}

/** The object that `stratum check-gradients --json` prints. */
export interface GradientReport {
  readonly model: string;
  /** The first of the bounds. */
  readonly objective: ObjectiveReport;
  readonly objectives: readonly ObjectiveReport[];
  /** What the first point is: the parameters that training starts from, or those of a saved run. */
  readonly at: "start" | "trained";
  /** Rows of each plate in the minibatch that all repeats at a point share. */
  readonly batch: Readonly<Record<string, number>>;
  /** What the bounds are of. */
  readonly per: "datum" | "data set";
  readonly seed: number;
  readonly engine: string;
  readonly precision: string;
  /** Learned numbers. */
  readonly parameters: number;
  readonly repeats: number;
  readonly points: number;
  /** The estimator that the others are compared with; null when there is none. */
  readonly reference: string | null;
  readonly rows: readonly EstimatorRow[];
  readonly agree: boolean;
  readonly disagreeing: readonly Pick<EstimatorRow, "point" | "objective" | "estimator">[];
}

/** What `stratum check-gradients` prints. Ends with a newline. */
export function gradientText(report: GradientReport): string {
  const { model, objectives, parameters, repeats, engine, precision, seed, points, batch } = report;
  const named = objectives.map(({ bound, T }) => `${bound} (T = ${T})`).join(", ");
  const batches = Object.entries(batch).map(([plate, rows]) => `; a minibatch of ${rows} in ${plate}`);
  const sections = [
    `${model}  gradients of ${named} in ${count(parameters)} parameters at ${points} ${points === 1 ? "point" : "points"}\n` +
      `${count(repeats)} repeats each${batches.join("")}; ${engine}, ${precision}; seed ${seed}`,
    meansTable(report),
    variancesTable(report),
    ...finiteLines(report),
    sentence(report),
  ];
  return `${sections.join("\n\n")}\n`;
}

/** `siwae` where there is one T, else `siwae, T = 10`; nothing where there is one bound. */
function objectiveWords({ objectives }: GradientReport): (objective: ObjectiveReport) => string {
  const one = new Set(objectives.map(({ T }) => T)).size === 1;
  return ({ bound, T }) => (objectives.length === 1 ? "" : one ? bound : `${bound}, T = ${T}`);
}

const pointWords = ({ at }: GradientReport, point: number): string => (point === 0 ? at : `near ${point}`);

/** The first columns of every table: what each row is about. */
function titled(report: GradientReport) {
  const words = objectiveWords(report);
  const several = report.objectives.length > 1;
  return {
    head: [...(several ? ["bound"] : []), "estimator", "point"],
    cells: ({ objective, estimator, point }: EstimatorRow): string[] => [
      ...(several ? [words(objective)] : []),
      estimator,
      pointWords(report, point),
    ],
  };
}

function meansTable(report: GradientReport): string {
  const { head, cells } = titled(report);
  const body = report.rows.map((row) => {
    const { bound, difference } = row;
    const compared = difference
      ? [plain(Math.abs(difference.z), 3), plain(difference.p, 2), plain(difference.leftOut)]
      : ["", "", ""];
    return [...cells(row), measured(bound.value, bound.standardError), ...compared];
  });
  return table([...head, "mean bound", "largest |z|", "p", "left out"], body);
}

const parts = ["guide", "weights", "model"] as const;

function variancesTable(report: GradientReport): string {
  const { head, cells } = titled(report);
  const there = parts.filter((part) => report.rows.some(({ variance }) => variance[part]));
  // of guide parameters alone, the mean over them says it already
  const shown = there.includes("model") ? there : there.filter((part) => part !== "guide");
  const cell = (found: MeanVariance | undefined): string =>
    !found ? "" : found.standardError === null ? plain(found.value, 3) : measured(found.value, found.standardError);
  const body = report.rows.map((row) => [
    ...cells(row),
    cell(row.variance.mean),
    ...shown.map((part) => cell(row.variance[part])),
    plain(row.variance.largest.value, 3),
  ]);
  return `variance of each parameter's derivative per ${report.per}, mean over parameters\n${table([...head, "all", ...shown, "largest"], body)}`;
}

function finiteLines(report: GradientReport): string[] {
  const words = objectiveWords(report);
  const lines = report.rows.flatMap(({ finite, point, objective }) => {
    if (!finite) return [];
    const at = [words(objective), pointWords(report, point)].filter((word) => word !== "").join(", ");
    const error = `${plain(finite.relativeError, 2)} (expected: ${plain(finite.expectedError, 2)})`;
    return [
      `${at}: largest relative error ${error} of ${count(finite.entries)} entries, at ${placeWords(finite.worst)}`,
    ];
  });
  return lines.length === 0 ? [] : [`pathwise against finite differences\n${lines.join("\n")}`];
}

const sameObjective = (a: ObjectiveReport, b: ObjectiveReport): boolean => a.bound === b.bound && a.T === b.T;

function sentence(report: GradientReport): string {
  if (!report.agree) return disagreements(report).join("\n");
  const agreed = agreements(report);
  return agreed.length === 0
    ? "There is nothing to compare: no two estimators are legal for this bound."
    : agreed.join("\n");
}

/** For each bound, what was compared and agrees. */
function agreements(report: GradientReport): string[] {
  const words = objectiveWords(report);
  return report.objectives.flatMap((objective) => {
    const own = report.rows.filter((row) => sameObjective(row.objective, objective));
    const others = new Set(own.flatMap((row) => (row.difference ? [row.estimator] : [])));
    const [first] = own;
    const told = [
      ...(first && others.size > 0
        ? [`${[...others].join(", ")} and ${first.estimator} agree on the mean gradient`]
        : []),
      ...(own.some((row) => row.finite) ? ["finite differences agree with pathwise"] : []),
    ];
    if (told.length === 0) return [];
    const name = words(objective);
    return [name === "" ? `${capital(told.join(", and "))}.` : `${name}: ${told.join(", and ")}.`];
  });
}

/** For each estimator that differs from what it is compared with: by how much, and where most. */
function disagreements(report: GradientReport): string[] {
  const words = objectiveWords(report);
  const start = report.at === "start" ? "at the starting parameters" : "at the trained parameters";
  return report.disagreeing.flatMap(({ point, estimator, objective }) => {
    const row = report.rows.find(
      (one) => one.point === point && one.estimator === estimator && sameObjective(one.objective, objective),
    );
    const of = words(objective) === "" ? "" : ` of ${words(objective)}`;
    const at = `${of} ${point > 0 ? `at point near ${point}` : start}`;
    if (row?.finite && !row.finite.agrees) {
      const { gradient, difference, worst } = row.finite;
      return [
        `${capital(estimator)} disagrees with finite differences${at}: ${plain(gradient, 6)} instead of ${plain(difference, 6)}\n  for ${placeWords(worst)}`,
      ];
    }
    if (!row?.difference) return [];
    const { z, worst, reference } = row.difference;
    return [
      `${capital(estimator)} and ${reference} disagree${at}: their means are ${plain(Math.abs(z), 3)} standard errors apart\n  for ${worst ? placeWords(worst) : "the bound"}`,
    ];
  });
}

/** `guide.global[0, 3] of mu (model.ppl:4: sample mu ~ normal(0, 1))` */
function placeWords({ slot, entry, name, path, line, statement }: PlaceReport): string {
  const at = entry.length === 0 ? slot : `${slot}[${entry.join(", ")}]`;
  return line === null ? at : `${at} of ${name} (${path}:${line}: ${statement})`;
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

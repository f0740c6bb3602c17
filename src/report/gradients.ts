import type { Difference, FiniteDifference } from "../inference/gradients.ts";
import { count, measured, plain } from "./numbers.ts";
import { table } from "./table.ts";

/** One learned number and the statement that it belongs to. */
export interface PlaceReport {
  readonly slot: string;
  readonly entry: readonly number[];
  readonly name: string | null;
  readonly path: string | null;
  readonly line: number | null;
  readonly statement: string | null;
}

/** One estimator at one point. */
export interface EstimatorRow {
  /** 0: the starting parameters; then random ones near. */
  readonly point: number;
  readonly estimator: string;
  /** Nats. */
  readonly bound: { readonly value: number; readonly standardError: number };
  /** Root mean square over the parameters of the standard deviation of one estimate. */
  readonly sd: number;
  /** From the first estimator at the same point; null for that one. */
  readonly difference: (Difference & { readonly worst: PlaceReport | null }) | null;
  /** From finite differences; null where the bound of one draw is not what is differentiated. */
  readonly finite: (Omit<FiniteDifference, "worst"> & { readonly worst: PlaceReport }) | null;
}

/** The object that `stratum check-gradients --json` prints. */
export interface GradientReport {
  readonly model: string;
  readonly objective: { readonly bound: string; readonly T: number };
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
  readonly disagreeing: readonly { readonly point: number; readonly estimator: string }[];
}

/** What `stratum check-gradients` prints. Ends with a newline. */
export function gradientText(report: GradientReport): string {
  const { model, objective, parameters, repeats, engine, precision, seed, rows, points } = report;
  const head = ["estimator", "point", "mean bound", "sd", "largest |z|", "p", "left out"];
  const body = rows.map(({ estimator, point, bound, sd, difference }) => [
    estimator,
    point === 0 ? "start" : `near ${point}`,
    measured(bound.value, bound.standardError),
    plain(sd, 3),
    ...(difference
      ? [plain(Math.abs(difference.z), 3), plain(difference.p, 2), plain(difference.leftOut)]
      : ["", "", ""]),
  ]);
  const sections = [
    `${model}  gradients of ${objective.bound} (T = ${objective.T}) in ${count(parameters)} parameters at ${points} ${points === 1 ? "point" : "points"}\n` + // prettier-ignore
      `${count(repeats)} repeats each; ${engine}, ${precision}; seed ${seed}`,
    table(head, body),
    ...finiteLines(report),
    sentence(report),
  ];
  return `${sections.join("\n\n")}\n`;
}

function finiteLines({ rows }: GradientReport): string[] {
  const lines = rows.flatMap(({ finite, point }) => {
    if (!finite) return [];
    const at = point === 0 ? "start" : `near ${point}`;
    const error = `${plain(finite.relativeError, 2)} (expected: ${plain(finite.expectedError, 2)})`;
    return [`${at}: largest relative error ${error} of ${count(finite.entries)} entries, at ${placeWords(finite.worst)}`]; // prettier-ignore
  });
  return lines.length === 0 ? [] : [`pathwise against finite differences\n${lines.join("\n")}`];
}

function sentence(report: GradientReport): string {
  const { rows, agree, reference, disagreeing } = report;
  if (agree) {
    const finite = rows.some((row) => row.finite);
    const others = new Set(rows.flatMap((row) => (row.difference ? [row.estimator] : [])));
    const told = [
      ...(others.size > 0 ? [`${[...others].join(", ")} and ${reference} agree on the mean gradient`] : []), // prettier-ignore
      ...(finite ? ["finite differences agree with pathwise"] : []),
    ];
    return told.length === 0
      ? "There is nothing to compare: no two estimators are legal for this bound."
      : `${capital(told.join(", and "))}.`;
  }
  return disagreeing
    .map(({ point, estimator }) => {
      const row = rows.find((one) => one.point === point && one.estimator === estimator)!;
      const at = point === 0 ? "at the starting parameters" : `at point near ${point}`;
      if (row.finite && !row.finite.agrees) {
        const { gradient, difference, worst } = row.finite;
        return `${capital(estimator)} disagrees with finite differences ${at}: ${plain(gradient, 6)} instead of ${plain(difference, 6)}\n  for ${placeWords(worst)}`; // prettier-ignore
      }
      const { z, worst } = row.difference!;
      return `${capital(estimator)} and ${reference} disagree ${at}: their means are ${plain(Math.abs(z), 3)} standard errors apart\n  for ${worst ? placeWords(worst) : "the bound"}`; // prettier-ignore
    })
    .join("\n");
}

/** `guide.global[0, 3] of mu (model.ppl:4: sample mu ~ normal(0, 1))` */
function placeWords({ slot, entry, name, path, line, statement }: PlaceReport): string {
  const at = entry.length === 0 ? slot : `${slot}[${entry.join(", ")}]`;
  return line === null ? at : `${at} of ${name} (${path}:${line}: ${statement})`;
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

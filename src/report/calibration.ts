import type { ScalarCalibration } from "../posterior/calibration.ts";
import { bandWidth } from "../numeric/uniformity.ts";
import { count, plain } from "./numbers.ts";
import { table } from "./table.ts";

/** The object that `stratum calibrate --json` prints. */
export interface CalibrationReport {
  readonly model: string;
  readonly seed: number;
  readonly sizes: Readonly<Record<string, number>>;
  /** Asked for, and those that ended in a posterior. */
  readonly simulations: number;
  readonly fits: number;
  /** L: ranks are whole numbers from 0 to L. */
  readonly draws: number;
  /** Networks were trained once, on a large simulated data set. */
  readonly amortized: boolean;
  /** Elements of plates are independent: their ranks are taken together. */
  readonly pooled: boolean;
  /** Fits whose verdict was not to trust them. */
  readonly untrusted: number;
  /** Fits that met a value that is not finite, and what the first of them said. */
  readonly failed: number;
  readonly firstFailure: string | null;
  /** With this probability ranks are called not uniform when all is well. */
  readonly level: number;
  readonly scalars: readonly ScalarCalibration[];
  readonly uniform: boolean;
}

const mostRows = 20;

/** What `stratum calibrate` prints. Ends with a newline. */
export function calibrationText(report: CalibrationReport): string {
  const { model, fits, simulations, draws, seed, sizes, amortized, scalars } = report;
  const asked = fits < simulations ? ` of ${count(simulations)}` : "";
  const how = amortized ? "networks trained once" : "each fitted anew";
  const named = Object.entries(sizes).map(([name, size]) => `, ${name} = ${size}`);
  // the worst first where not all can be shown
  const listed = scalars.length <= mostRows ? scalars : scalars.toSorted((a, b) => a.p - b.p).slice(0, mostRows - 1);
  const rows = listed.map(({ site, index, ranks, uniformity, p, fault }) => [
    index.length === 0 ? site : `${site}[${index.map((at) => at ?? "·").join(", ")}]`,
    histogram(uniformity.bins),
    plain(uniformity.chiSquared, 3),
    plain(uniformity.pChiSquared, 2),
    `${uniformity.deviation.toFixed(3)} (${bandWidth(ranks.length, report.level / scalars.length / 2).toFixed(3)})`,
    plain(p, 2),
    fault ?? "",
  ]);
  if (listed.length < scalars.length) rows.push([`… ${count(scalars.length - listed.length)} more`]);
  const head = ["scalar", "ranks", "chi-squared", "p", "deviation (band)", "p of all", ""];
  const sections = [
    `${model}  calibration: ${count(fits)}${asked} simulated data sets, ${how}; ranks among ${draws} draws${named.join("")}; seed ${seed}`,
    ...(scalars.length > 0 ? [table(head, rows)] : []),
    sentences(report).join("\n"),
  ];
  return `${sections.join("\n\n")}\n`;
}

function sentences({ scalars, uniform, fits, untrusted, failed, firstFailure }: CalibrationReport): string[] {
  // prettier-ignore
  const faults = [...new Set(scalars.flatMap(({ fault }) => (fault ? [fault] : [])))].map((fault) => {
    const names = [...new Set(scalars.flatMap((one) => (one.fault === fault ? [one.site] : [])))];
    return `The posteriors of ${names.join(", ")} are ${fault}: ${reasons[fault]}.`;
  });
  const fine = fits === 0 ? "No fit was finished." : "The ranks may well be uniform: no sign of a fault.";
  return [
    ...(uniform ? [fine] : faults),
    ...(untrusted > 0 ? [`${untrusted} of ${fits} fits did not trust themselves.`] : []),
    ...(failed > 0 ? [`${failed} fits failed; the first: ${firstFailure}`] : []),
  ];
}

const reasons = {
  "too narrow": "true values are too often in their tails",
  "too wide": "true values are too seldom in their tails",
  "too low": "true values are too often above their draws",
  "too high": "true values are too often below their draws",
} as const;

/** One character for each bin, as high as its share of the fullest. */
function histogram(bins: readonly number[]): string {
  const blocks = " ▁▂▃▄▅▆▇█";
  const most = Math.max(1, ...bins);
  return bins.map((found) => blocks.charAt(Math.ceil((8 * found) / most))).join("");
}

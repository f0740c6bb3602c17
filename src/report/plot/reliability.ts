import { count, plain } from "../numbers.ts";
import { faint, looks, palette, titleOf, type Axis, type Panel, type Spec, type Titled } from "./spec.ts";

/** Predictions whose confidence lies between two ends. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** The mean of the probabilities given to what was predicted. */
  readonly confidence: number;
  /** The share of predictions that were right. */
  readonly accuracy: number;
}

/** The expected calibration error: |accuracy - confidence| averaged over predictions (Guo et al. 2017). */
export function calibrationError(bins: readonly ReliabilityBin[]): number {
  const filled = bins.filter((bin) => bin.count > 0);
  const total = filled.reduce((sum, bin) => sum + bin.count, 0);
  return filled.reduce(
    (sum, { count: n, accuracy, confidence }) => sum + (n / total) * Math.abs(accuracy - confidence),
    0,
  );
}

const width = 360;
const confidence: Axis = {
  field: "from",
  type: "quantitative",
  title: "confidence",
  scale: { domain: [0, 1] },
  axis: { grid: false },
};
const bar = { type: "bar", stroke: "#ffffff", strokeWidth: 1 } as const;

/**
 * How often predictions were right, by how sure they were: a bar for each bin, a mark at its mean confidence, the
 * diagonal of a perfectly calibrated classifier, and below how many predictions each bin holds.
 */
export function reliabilityPlot(bins: readonly ReliabilityBin[], titled: Partial<Titled> = {}): Spec {
  const filled = bins.filter((bin) => bin.count > 0).map((bin) => ({ ...bin }));
  const total = filled.reduce((sum, bin) => sum + bin.count, 0);
  const error = `ECE ${plain(100 * calibrationError(bins), 2)} %`;
  return {
    title: titleOf(
      { ...titled, title: titled.title ? `${titled.title}: ${error}` : error },
      width,
      `Bars: the share of ${count(total)} predictions that was right. Ticks: how sure they were. On the diagonal the two agree.`,
    ),
    config: looks,
    spacing: 10,
    vconcat: [accuracies(filled), counts(filled)],
  };
}

/** Accuracy against confidence: a bar and a tick for each bin, and the diagonal. */
function accuracies(filled: readonly ReliabilityBin[]): Panel {
  const x = confidence;
  const y: Axis = { field: "accuracy", type: "quantitative", title: "accuracy", scale: { domain: [0, 1] } };
  const ends = [
    { from: 0, accuracy: 0 },
    { from: 1, accuracy: 1 },
  ];
  return {
    width,
    height: width,
    layer: [
      {
        data: { values: [...filled] },
        mark: { ...bar, color: palette[0], opacity: 0.75 },
        encoding: {
          x: { ...x, title: null, axis: { grid: false, labels: false } },
          x2: { field: "to" },
          y,
          y2: { datum: 0 },
        },
      },
      {
        data: { values: ends },
        mark: { type: "line", strokeDash: [5, 4], color: faint, strokeWidth: 1.2 },
        encoding: { x, y },
      },
      {
        data: { values: filled.map((bin) => ({ ...bin, told: said(bin) })) },
        mark: { type: "rule", color: palette[1], strokeWidth: 2.4 },
        encoding: { x, x2: { field: "to" }, y: { ...y, field: "confidence" }, description: { field: "told" } },
      },
    ],
  };
}

/** How many predictions each bin holds. */
function counts(filled: readonly ReliabilityBin[]): Panel {
  return {
    width,
    height: 70,
    data: { values: [...filled] },
    mark: { ...bar, color: faint },
    encoding: {
      x: confidence,
      x2: { field: "to" },
      y: { field: "count", type: "quantitative", title: "count", axis: { tickCount: 3 } },
      y2: { datum: 0 },
    },
  };
}

const said = ({ from, to, confidence }: ReliabilityBin): string =>
  `mean confidence from ${from} to ${to}: ${plain(confidence)}`;

interface Named {
  readonly name: string | null;
  readonly bins: readonly ReliabilityBin[];
}

/** The first bins of a reliability diagram anywhere in a report, and the name of what is predicted. */
export function binsIn(report: unknown): Named | null {
  if (typeof report !== "object" || report === null) return null;
  const { bins, site, name } = report as Readonly<Record<string, unknown>>;
  const called = [site, name].find((each) => typeof each === "string") ?? null;
  if (Array.isArray(bins) && bins.length > 0 && bins.every(isBin)) return { name: called, bins };
  for (const inner of Object.values(report)) {
    const found = binsIn(inner);
    if (found) return found;
  }
  return null;
}

function isBin(value: unknown): value is ReliabilityBin {
  const wanted = ["from", "to", "count", "confidence", "accuracy"];
  return (
    typeof value === "object" &&
    value !== null &&
    wanted.every((key) => {
      const found = (value as Readonly<Record<string, unknown>>)[key];
      // an empty bin has no confidence
      return typeof found === "number" || (found === null && "count" in value && value.count === 0);
    })
  );
}

/** The programmatic door. `infer` is the one to begin with. */
export { compile, infer, type CompiledModel } from "./api/infer.ts";
export type { ModelSource } from "./api/model-source.ts";
export { load, type LoadOptions } from "./api/load.ts";
export { calibrate, check, format, simulate } from "./api/tools.ts";
export type { CalibrateOptions, CheckOptions, Checkup, SimulatedData, SimulateOptions } from "./api/tools.ts";
export type { CalibrationReport } from "./report/calibration.ts";
export { readData } from "./api/read-data.ts";
export { StratumError } from "./api/error.ts";
export type { Inference, PredictOptions } from "./api/inference.ts";
export type { InferOptions, Progress } from "./api/infer-options.ts";
export type { FitProgress, TrainingProgress } from "./inference/progress.ts";
export type { OptionValues } from "./options/values.ts";
export type { Diagnostic } from "./diagnostics/diagnostic.ts";
export type { SourceFile } from "./diagnostics/span.ts";
export type { NamedDraws } from "./posterior/posterior.ts";
export type { FactsOf, Finding, FindingCode, FindingSeverity } from "./posterior/findings.ts";
export type { DataInDoubt, ManyWeighed, OneWeighed, WeightScope } from "./posterior/findings.ts";
export type { Verdict } from "./posterior/verdict.ts";
export type { LatentSource, PredictedReport, PredictionReport } from "./report/prediction.ts";
export type { PredictiveCheck } from "./posterior/predict.ts";
export type { CalibrationBin } from "./numeric/scores.ts";
export type { Scores, SiteScore, Unscored } from "./posterior/score.ts";
export type { ComponentReport, FitReport, SiteReport } from "./report/report.ts";
export type { HostTensor, Shape } from "./tensor/shape.ts";
/** Plots: each makes a specification out of numbers, which `renderSvg` draws. */
export {
  calibrationError,
  drawsPlot,
  latentPlot,
  metricPlot,
  reliabilityPlot,
  renderSvg,
  tracePlot,
} from "./api/plots.ts";
export type { DrawsPlotOptions, Sample } from "./report/plot/draws.ts";
export type { LatentPlotOptions, LatentPosterior } from "./report/plot/latent/data.ts";
export type { MetricPlotOptions, MetricPoint } from "./report/plot/metric.ts";
export type { ReliabilityBin } from "./report/plot/reliability.ts";
export type { Extent } from "./report/plot/extent.ts";
export type { Spec } from "./report/plot/spec.ts";

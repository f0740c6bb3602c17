/** The programmatic door. `infer` is the one to begin with. */
export { compile, infer, type CompiledModel, type ModelSource } from "./api/infer.ts";
export { load, type LoadOptions } from "./api/load.ts";
export { StratumError } from "./api/error.ts";
export type { Inference, PredictOptions } from "./api/inference.ts";
export type { InferOptions, Progress } from "./api/infer-options.ts";
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
export { drawsPlot, type DrawsPlotOptions, type Sample } from "./report/plot/draws.ts";
export { latentPlot } from "./report/plot/latent.ts";
export type { LatentPlotOptions, LatentPosterior } from "./report/plot/latent/data.ts";
export { metricPlot, type MetricPlotOptions, type MetricPoint } from "./report/plot/metric.ts";
export { calibrationError, reliabilityPlot, type ReliabilityBin } from "./report/plot/reliability.ts";
export { renderSvg } from "./api/render.ts";
export type { Spec } from "./report/plot/spec.ts";
export { tracePlot } from "./report/plot/trace.ts";

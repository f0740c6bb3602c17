/** The programmatic door. `infer` is the one to begin with. */
export { compile, infer, type CompiledModel, type ModelSource } from "./api/infer.ts";
export { load, type LoadOptions } from "./api/load.ts";
export { StratumError } from "./api/error.ts";
export type { Inference, PredictOptions } from "./api/inference.ts";
export type { InferOptions, Progress } from "./api/infer-options.ts";
export type { Diagnostic } from "./diagnostics/diagnostic.ts";
export type { SourceFile } from "./diagnostics/span.ts";
export type { NamedDraws } from "./posterior/posterior.ts";
export type { Verdict } from "./posterior/verdict.ts";
export type { LatentSource, PredictedReport, PredictionReport } from "./report/prediction.ts";
export type { PredictiveCheck } from "./posterior/predict.ts";
export type { CalibrationBin } from "./numeric/scores.ts";
export type { Scores, SiteScore, Unscored } from "./posterior/score.ts";
export type { ComponentReport, FitReport, SiteReport } from "./report/report.ts";
export type { HostTensor, Shape } from "./tensor/shape.ts";

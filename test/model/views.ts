import { render } from "../../src/diagnostics/render.ts";
import type { Diagnostic, Outcome } from "../../src/diagnostics/diagnostic.ts";
import type { SourceFile } from "../../src/diagnostics/span.ts";
import { parseCsv } from "../../src/data/formats/table.ts";
import { parseJson } from "../../src/data/formats/json.ts";
import { treatmentText, treatmentsOf } from "../../src/graph/treatment.ts";
import { bind } from "../../src/bind/bind.ts";
import type { Numbers } from "../../src/bind/numbers.ts";
import { check, type CheckOptions } from "../../src/check/check.ts";
import type { Model } from "../../src/model/model.ts";
import { printModel } from "../../src/model/print.ts";
import { parse } from "../../src/syntax/parse.ts";
import { checkSource } from "../../src/pipeline.ts";
import type { Views } from "../cases.ts";

export function checkText(text: string, options: CheckOptions = {}): Outcome<Model> {
  const source = { path: "model.ppl", text };
  const ast = parse(source);
  return ast.ok ? check(ast.value, source, options) : ast;
}

/** The model of a text that is known to be right; its diagnostics as the failure of the test otherwise. */
export function modelOf(text: string, options: CheckOptions = {}): Model {
  return valueOf(checkText(text, options), text);
}

export function boundOf(text: string, raw: Record<string, unknown>): Numbers {
  return valueOf(bind(modelOf(text), raw), text);
}

export function valueOf<T>(outcome: Outcome<T>, text: string): T {
  if (outcome.ok) return outcome.value;
  throw new Error(show(outcome.errors, { path: "model.ppl", text }));
}

export function errorsOf(outcome: Outcome<unknown>): readonly Diagnostic[] {
  return outcome.ok ? [] : outcome.errors;
}

const show = (diagnostics: readonly Diagnostic[], source: SourceFile): string =>
  render(diagnostics, source, { color: false });

export const modelViews: Views = {
  errors: (source) => show(errorsOf(checkSource(source)), source),
  warnings: (source) => {
    const model = checkText(source.text);
    return show(model.ok ? model.warnings : model.errors, source);
  },
  model: (source) => {
    const model = checkText(source.text);
    return model.ok ? printModel(model.value) : show(model.errors, source);
  },
  treatment: (source) => {
    const model = checkText(source.text);
    if (!model.ok) return show(model.errors, source);
    return treatmentsOf(model.value, null).map(treatmentText).join("\n");
  },
};

/** Cases whose text is a model, a line `--- json` or `--- csv`, and data. */
export const dataViews: Views = {
  errors: ({ path, text }) => {
    const [model = "", kind = "", data = ""] = text.split(/^--- (\w+)\n/m);
    const source = { path, text: model };
    const raw = kind === "csv" ? parseCsv(data, "data.csv") : parseJson(data, "data.json");
    if (!raw.ok) return show(raw.errors, source);
    const bound = bind(modelOf(model), raw.value);
    return show(bound.ok ? bound.warnings : bound.errors, source);
  },
};

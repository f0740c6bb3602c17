import { drawSvg } from "../report/plot/render.ts";
import type { Spec } from "../report/plot/spec.ts";
import { unwrap } from "./error.ts";

/**
 * A plot as an SVG document, which ends with a newline. The same specification gives the same bytes, in a browser as
 * elsewhere. Vega draws it, which is loaded when it is first asked for.
 *
 * @throws StratumError  when `vega` and `vega-lite` are not installed: the message has the command
 */
export async function renderSvg(spec: Spec): Promise<string> {
  return unwrap(await drawSvg(spec), { path: "", text: "" });
}

import { present } from "../base/assert.ts";
import { outermostFirst } from "../base/walks.ts";
import { lowerExpr, withLets } from "../joint/expression.ts";
import { contextOf } from "../joint/context.ts";
import { rowsIn, type Instance } from "../graph/instance.ts";
import type { Expr, PlateId } from "../model/model.ts";
import { childrenOf, letNamed } from "../model/walk.ts";
import { Builder } from "../program/builder.ts";
import { compileEvaluator, type Inputs } from "../program/evaluate.ts";
import { ownAxes, spread } from "../program/named.ts";
import { inputsOf } from "../program/program.ts";
import type { HostTensor } from "../tensor/shape.ts";
import { inputName } from "../program/names.ts";

/** Where an expression is evaluated: the latents that it names have values; a `let` without is computed from them. */
export interface Place extends Instance {
  readonly data: ReadonlyMap<string, HostTensor>;
  /** Latents and lets drawn so far, in the model's coordinates, plates first. */
  readonly known: ReadonlyMap<string, HostTensor>;
  readonly parameters: ReadonlyMap<string, HostTensor>;
  /** Expressions met before: the same ones come in the same plates. */
  readonly compiled: Map<Expr, (place: Place) => HostTensor>;
}

/** An expression over whole plates: [plates..., own...]. */
export function valueOf(place: Place, expr: Expr, plates: readonly PlateId[]): HostTensor {
  const run = place.compiled.get(expr) ?? compileExpr(place, expr, plates);
  place.compiled.set(expr, run);
  return run(place);
}

function compileExpr(place: Place, expr: Expr, plates: readonly PlateId[]): (place: Place) => HostTensor {
  const { model, known, parameters } = place;
  const b = new Builder();
  const order = {
    axes: model.plates.map(({ id }) => id),
    size: (axis: string) => rowsIn(place, axis),
  };
  const parameter = (name: string) => {
    const value = present(parameters.get(name), `a value of ${name}`);
    return b.array(value.shape, [...value.values]);
  };
  const context = contextOf(place, { b, order, minibatches: [], parameter });
  /** Latents and lets that are inputs of the program, by the names of the inputs. */
  const drawn = new Map<string, string>();
  const parts = (part: Expr): readonly Expr[] => {
    const node = part.kind === "let" && !known.has(part.name) ? letNamed(model, part.name) : undefined;
    return node ? [node.value] : childrenOf(part);
  };
  for (const part of outermostFirst([expr], parts)) {
    if ((part.kind !== "latent" && part.kind !== "let") || context.values.has(part.name)) continue;
    const given = known.get(part.name);
    if (!given) continue;
    const node = present(
      model.nodes.find((n) => (n.kind === "latent" || n.kind === "let") && n.name === part.name),
      part.name,
    );
    const { shape } = given;
    const input = inputName.draws(part.name);
    drawn.set(input, part.name);
    const value = b.input(input, shape, "data");
    const rank = shape.length - node.plates.length;
    context.values.set(part.name, { value, axes: node.plates, rank });
  }
  const term = lowerExpr(withLets(context, [expr]), expr);
  b.output("value", spread(b, ownAxes(b, order, term, plates), []));
  const program = b.finish();
  const names = inputsOf(program).map(({ attributes }) => attributes.name);
  const evaluate = compileEvaluator(program);
  return ({ data, known }) => {
    const inputs: Inputs = new Map(
      names.map((name) => {
        const site = drawn.get(name);
        return [name, present(site === undefined ? data.get(name) : known.get(site), name)];
      }),
    );
    // the evaluator writes over its results at the next draw
    const { shape, values } = present(evaluate(inputs).get("value"), "a value");
    return { shape, values: values.slice() };
  };
}

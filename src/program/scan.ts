import { assert, present } from "../base/assert.ts";
import { sameShape, showShape, sizeOf, type Shape } from "../tensor/shape.ts";
import { definition, inputsOf, type Ops, type Output, type Program } from "./program.ts";

/** One output of a scan's body and where it lies in the scan's result. */
export interface ScanPart {
  readonly output: Output;
  readonly offset: number;
  /** The shape of the value after the last iteration where the output is carried, else of all iterations stacked. */
  readonly shape: Shape;
}

/** The result of a scan, output by output. */
export function scanParts(body: Program, count: number): readonly ScanPart[] {
  let offset = 0;
  return body.outputs.map((output) => {
    const own = definition(body, output.value).shape;
    const part = { output, offset, shape: output.carry === null ? [count, ...own] : own };
    offset += sizeOf(part.shape);
    return part;
  });
}

/** The shape of a scan's result; throws InternalError when arguments do not fit the body. */
export function scanShape({ body, count }: Ops["scan"], shapes: readonly (readonly number[])[]): Shape {
  const inputs = inputsOf(body);
  assert(Number.isInteger(count) && count >= 0, `a scan of ${count} iterations`);
  assert(inputs.length === shapes.length, `a scan's body has ${inputs.length} inputs, not ${shapes.length}`);
  const carried = new Set(body.outputs.map(({ carry }) => carry));
  inputs.forEach(({ attributes: { name, shape, role } }, i) => {
    const given = present(shapes[i], name);
    assert(role !== "noise", `noise inside a scan: ${name}`);
    assert(role !== "state" || carried.has(name), `nothing is carried to ${name}`);
    const expected = role === "feed" ? [count, ...shape] : shape;
    assert(sameShape(given, expected), `${name} is ${showShape(given)}, not ${showShape(expected)}`);
  });
  const last = scanParts(body, count).at(-1);
  return [last ? last.offset + sizeOf(last.shape) : 0];
}

/** What a scan is given for each input of its body, by the input's name. */
export function givenTo<T>(body: Program, args: readonly T[]): Map<string, T> {
  return new Map(inputsOf(body).map(({ attributes: { name } }, i) => [name, present(args[i], name)]));
}

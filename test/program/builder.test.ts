import { expect, test } from "vitest";
import { arity, eachArgument } from "../../src/program/arity.ts";
import { Builder } from "../../src/program/builder.ts";
import { definition, renamed, type Equation, type Value } from "../../src/program/program.ts";

test("an equation with a wrong number of arguments does not compile", () => {
  const b = new Builder();
  const x = b.input("x", [2], "state");
  const program = () => {
    // @ts-expect-error a product has two arguments
    b.emit("mul", {}, [x]);
    // @ts-expect-error an exponential has one argument
    b.emit("exp", {}, [x, x]);
    // @ts-expect-error a choice has three arguments
    b.emit("where", {}, [x, x]);
    // @ts-expect-error an input has none
    const input: Equation = { ...definition(b.finish(), x), op: "input", args: [x] };
    return input;
  };
  expect(program).toBeTypeOf("function");
  // any number is right here
  expect(b.shapeOf(b.emit("concat", { axis: 0 }, [x, x, x]))).toEqual([6]);
});

test("every operation has a number of arguments or any", () => {
  expect(new Set(Object.values(arity))).toEqual(new Set([0, 1, 2, 3, "any"]));
  const [a, c]: readonly [string, string] = eachArgument("mul", [1, 2], (x) => `%${x}`);
  expect([a, c]).toEqual(["%1", "%2"]);
});

test("an equation whose arguments keep their names is itself", () => {
  const b = new Builder();
  const x = b.input("x", [], "state");
  const sum = b.equation(b.add(x, b.constant(1)));
  expect(renamed(sum, (arg) => arg)).toBe(sum);
  expect(renamed(sum, (arg) => (arg + 5) as Value).args).toEqual([5, 6]);
});

import type * as tf from "@tensorflow/tfjs-core";

/** TensorFlow.js functions of tensors alone, and the kernels and argument names behind them. */
const elementwise = {
  ...named(["x"], { neg: "Neg", exp: "Exp", expm1: "Expm1", log: "Log", sqrt: "Sqrt", abs: "Abs" }),
  ...named(["x"], { floor: "Floor", sin: "Sin", cos: "Cos", atan: "Atan", tanh: "Tanh" }),
  ...named(["x"], { sigmoid: "Sigmoid", softplus: "Softplus" }),
  ...named(["a", "b"], { add: "Add", sub: "Sub", mul: "Multiply", div: "RealDiv", pow: "Pow" }),
  ...named(["a", "b"], { maximum: "Maximum", minimum: "Minimum", greater: "Greater" }),
  ...named(["a", "b"], { less: "Less", lessEqual: "LessEqual", equal: "Equal" }),
  ...named(["a", "b"], { notEqual: "NotEqual" }),
};

type Kernel = (inputs: Record<string, tf.TensorInfo>, attributes: object) => tf.Tensor;

/**
 * TensorFlow.js with the commonest functions replaced by calls of their kernels. They give the same tensors without
 * the checks, conversions and tape of the public ones, which cost more than the arithmetic of a small operation: 0.6
 * microseconds each, of 1 to 2 on wasm. Emitted text runs on either, since its arguments are always float32 tensors (or
 * masks) of the right shape. The back end must be current when these are called.
 */
export function directCore(core: typeof tf, registered: string): typeof tf {
  const engine = core.engine();
  const backend = engine.findBackend(registered);
  const kernel = (name: string): Kernel => {
    const { kernelFunc } = core.getKernel(name, registered);
    return (inputs, attributes) => {
      const made = kernelFunc({ inputs, backend, attrs: attributes as tf.NamedAttrMap });
      // A few kernels of the cpu back end return a tensor that is on the books already.
      if (made instanceof core.Tensor) return made;
      return engine.makeTensorFromTensorInfo(made as tf.TensorInfo);
    };
  };
  const direct: Record<string, unknown> = {};
  for (const [name, { kernelName, args }] of Object.entries(elementwise)) {
    const run = kernel(kernelName);
    direct[name] =
      args.length === 1 ? (x: tf.Tensor) => run({ x }, {}) : (a: tf.Tensor, b: tf.Tensor) => run({ a, b }, {});
  }
  const reshape = kernel("Reshape");
  direct["reshape"] = (x: tf.Tensor, shape: number[]) => reshape({ x }, { shape });
  const slice = kernel("Slice");
  direct["slice"] = (x: tf.Tensor, begin: number[], size: number[]) => slice({ x }, { begin, size });
  const sum = kernel("Sum");
  direct["sum"] = (x: tf.Tensor, axis: number[]) => sum({ x }, { axis, keepDims: false });
  const matMul = kernel("BatchMatMul");
  direct["matMul"] = (a: tf.Tensor, b: tf.Tensor, transposeA = false, transposeB = false) =>
    matMul({ a, b }, { transposeA, transposeB });
  const transpose = kernel("Transpose");
  direct["transpose"] = (x: tf.Tensor, perm: number[]) => transpose({ x }, { perm });
  return Object.assign({ ...core }, direct);
}

function named(
  args: readonly string[],
  kernels: Readonly<Record<string, string>>,
): Record<string, { readonly kernelName: string; readonly args: readonly string[] }> {
  return Object.fromEntries(Object.entries(kernels).map(([name, kernelName]) => [name, { kernelName, args }]));
}

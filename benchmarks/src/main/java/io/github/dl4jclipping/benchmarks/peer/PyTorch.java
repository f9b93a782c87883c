package io.github.dl4jclipping.benchmarks.peer;

import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRef;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.NullUnmarked;

/**
 * Runs PyTorch's own {@code clip_grad_norm_}, in the version on the class path, with as many
 * threads as the machine has processors.
 */
@NullUnmarked // prepared before it is used
final class PyTorch implements Peer {

  private final boolean clipsHalf;
  private Tensor[] parameters;
  private Tensor[] drawn;
  private double order;

  /**
   * @param clipsHalf whether this version clips HALF on the CPU
   */
  PyTorch(boolean clipsHalf) {
    this.clipsHalf = clipsHalf;
    torch.set_num_threads(Runtime.getRuntime().availableProcessors());
  }

  @Override
  public boolean supports(Workload workload, Operation operation) {
    return clipsHalf || workload.type() != ElementType.HALF || operation == Operation.NORM;
  }

  @Override
  public void prepare(Workload workload) {
    order = workload.order();
    drawn =
        IntStream.range(0, workload.arrays())
            .mapToObj(array -> draw(workload, array))
            .toArray(Tensor[]::new);
    parameters =
        IntStream.range(0, drawn.length)
            .mapToObj(i -> parameterWithGradient(drawn[i]))
            .toArray(Tensor[]::new);
  }

  private static Tensor draw(Workload workload, int array) {
    ScalarType type =
        switch (workload.type()) {
          case FLOAT -> ScalarType.Float;
          case DOUBLE -> ScalarType.Double;
          case HALF -> ScalarType.Half;
        };
    try (FloatPointer floats = new FloatPointer(workload.draw(array))) {
      Tensor view = torch.from_blob(floats, workload.length());
      return type == ScalarType.Float ? view.clone() : view.to(type);
    }
  }

  private static Tensor parameterWithGradient(Tensor gradient) {
    Tensor parameter = gradient.clone();
    parameter.set_requires_grad(true);
    parameter.mutable_grad().put(gradient.clone());
    return parameter;
  }

  @Override
  public void restore() {
    for (int i = 0; i < drawn.length; i++) {
      parameters[i].grad().copy_(drawn[i]);
    }
  }

  /** Returns the norm of the norms, as PyTorch's get_total_norm does. */
  @Override
  public double norm() {
    Tensor[] norms = new Tensor[parameters.length];
    try (Scalar scalar = new Scalar(order);
        TensorVector all = new TensorVector()) {
      for (int i = 0; i < norms.length; i++) {
        norms[i] = parameters[i].grad().norm(scalar);
      }
      return norms.length == 1
          ? norms[0].item_double()
          : torch.stack(new TensorArrayRef(all.put(norms))).norm(scalar).item_double();
    }
  }

  /** Clips; PyTorch's function consumes the vector that it receives. */
  @Override
  public double clip(double maxNorm) {
    return torch.clip_grad_norm_(new TensorVector(parameters), maxNorm, order, false);
  }

  @Override
  public void close() {
    for (int i = 0; i < drawn.length; i++) {
      parameters[i].close();
      drawn[i].close();
    }
  }
}

package io.github.dl4jclipping.benchmarks.peer;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/** Runs ND4J's native operation {@code clip_by_global_norm}, which has no Java class. */
final class Nd4jOp extends Nd4jPeer {

  private INDArray[] outputs = {};

  @Override
  public boolean supports(Workload workload, Operation operation) {
    return workload.order() == 2 && operation != Operation.NORM;
  }

  @Override
  public double norm() {
    throw new UnsupportedOperationException("clip_by_global_norm does not only measure");
  }

  @Override
  public void prepare(Workload workload) {
    super.prepare(workload);
    int arrays = gradient.arrays.length;
    outputs = Arrays.copyOf(gradient.arrays, arrays + 1);
    outputs[arrays] = Nd4j.scalar(outputs[0].dataType(), 0);
  }

  /** Clips, and returns the last output of the operation, the norm. */
  @Override
  public double clip(double maxNorm) {
    DynamicCustomOp op =
        DynamicCustomOp.builder("clip_by_global_norm")
            .addInputs(gradient.arrays)
            .addOutputs(outputs)
            .addFloatingPointArguments(maxNorm)
            .build();
    Nd4j.exec(op);
    return outputs[outputs.length - 1].getDouble(0);
  }
}

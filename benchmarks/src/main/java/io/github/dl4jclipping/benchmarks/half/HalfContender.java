package io.github.dl4jclipping.benchmarks.half;

import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.NonFinitePolicy;
import org.nd4j.linalg.api.buffer.DataType;

/** Lists FLOAT, HALF, and HALF with loss scaling, with master weights, and with both. */
public enum HalfContender {
  FLOAT("FLOAT"),
  HALF("HALF as it is"),
  SCALED("HALF, loss scaled"),
  MASTER_WEIGHTS("HALF, master weights"),
  BOTH("HALF, both");

  /** A loss scale that, divided by the minibatch size, leaves DL4J's gradient, a sum, unscaled. */
  private static final LossScaling UNSCALED = LossScaling.constant(HalfProblem.BATCH);

  private final String title;

  HalfContender(String title) {
    this.title = title;
  }

  /** Returns the name in tables. */
  public String title() {
    return title;
  }

  DataType type() {
    return this == FLOAT ? DataType.FLOAT : DataType.FLOAT16;
  }

  /** Returns the settings, which end the run at the first non-finite gradient. */
  GradientClipping settings(double maxNorm) {
    GradientClipping.Builder clipping =
        GradientClipping.builder()
            .maxNorm(maxNorm)
            .nonFinite(NonFinitePolicy.RAISE)
            .forensics(false);
    return switch (this) {
      case FLOAT, HALF -> clipping.build();
      case SCALED -> clipping.lossScaling(LossScaling.dynamic()).build();
      case MASTER_WEIGHTS -> clipping.lossScaling(UNSCALED.withMasterWeights(true)).build();
      case BOTH -> clipping.lossScaling(LossScaling.dynamic().withMasterWeights(true)).build();
    };
  }
}

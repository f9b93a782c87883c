package io.github.dl4jclipping.benchmarks.half;

import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.NonFinitePolicy;
import org.nd4j.linalg.api.buffer.DataType;

/** The precisions, and what helps the small one: each help alone, and both. */
public enum HalfContender {
  FLOAT("FLOAT"),
  HALF("HALF as it is"),
  SCALED("HALF, loss scaled"),
  MASTER_WEIGHTS("HALF, master weights"),
  BOTH("HALF, both");

  /** Divided by the minibatch size this leaves the sum that DL4J's gradient is. */
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

  /** Returns the settings, which end the run at the first gradient that is not finite. */
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

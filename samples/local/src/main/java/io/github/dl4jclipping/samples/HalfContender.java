package io.github.dl4jclipping.samples;

import static io.github.dl4jclipping.samples.CharacterNetwork.MAX_NORM;

import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.LossScaling;
import org.nd4j.linalg.api.buffer.DataType;

/** A precision to train the same network in. */
enum HalfContender {
  FLOAT("FLOAT", DataType.FLOAT),
  HALF("HALF as it is", DataType.FLOAT16),
  SCALED("HALF, loss scaled", DataType.FLOAT16),
  MASTER_WEIGHTS("and master weights", DataType.FLOAT16);

  private final String label;
  private final DataType type;

  HalfContender(String label, DataType type) {
    this.label = label;
    this.type = type;
  }

  /** Returns the name that the user reads. */
  String label() {
    return label;
  }

  /** Returns the type of the network's numbers. */
  DataType type() {
    return type;
  }

  /** Returns the plugin's settings. */
  GradientClipping clipping(double lossWeight) {
    GradientClipping.Builder clipping = GradientClipping.builder().maxNorm(MAX_NORM * lossWeight);
    return switch (this) {
      case FLOAT, HALF -> clipping.build();
      case SCALED -> clipping.lossScaling(LossScaling.dynamic()).build();
      case MASTER_WEIGHTS ->
          clipping.lossScaling(LossScaling.dynamic().withMasterWeights(true)).build();
    };
  }
}

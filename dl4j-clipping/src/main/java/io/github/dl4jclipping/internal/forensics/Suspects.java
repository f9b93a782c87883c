package io.github.dl4jclipping.internal.forensics;

import io.github.dl4jclipping.forensics.Origin;
import io.github.dl4jclipping.forensics.OriginKind;
import io.github.dl4jclipping.internal.norm.GradientNorms;
import io.github.dl4jclipping.norm.NormType;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Trainable;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Finds the cause of the first non-finite value of a replay: it may come from a batch that the
 * network's data type cannot hold, or from a parameter.
 *
 * @param batch the batch of the step
 * @param network the data type of the network, to which layers cast their input
 * @param loss the data type of the loss, to which loss functions cast labels and masks
 */
record Suspects(Batch batch, DataType network, DataType loss) {

  /**
   * Returns the cause of the first non-finite value if it is found, otherwise the place where the
   * value was seen.
   */
  Origin behind(Part part, Origin seen) {
    Origin origin = null;
    if (!part.readsIndices()
        && part.inputs().stream().anyMatch(input -> overflows(input, network))) {
      origin = tooLarge(network, OriginKind.FEATURES);
    }
    if (origin == null && part.isOutput() && seen.kind() != OriginKind.ACTIVATIONS) {
      origin = tooLarge(loss, OriginKind.LABELS, OriginKind.MASKS);
    }
    if (origin == null) {
      origin = inParameters(part.name(), part.trainable(), false);
    }
    return origin == null ? seen : origin;
  }

  private static boolean overflows(INDArray array, DataType type) {
    return array.dataType() != type && !Places.isFinite(array.castTo(type));
  }

  /** Returns the first array of the batch that a data type cannot hold, otherwise null. */
  private @Nullable Origin tooLarge(DataType type, OriginKind... kinds) {
    for (BatchArray candidate : batch.arrays()) {
      INDArray array = candidate.array();
      if (array != null && List.of(kinds).contains(candidate.kind()) && overflows(array, type)) {
        return new Origin(
            candidate.kind(),
            candidate.name(),
            Places.find(array.castTo(type)),
            GradientNorms.norm(array.castTo(DataType.DOUBLE), NormType.INF),
            List.of(
                "the data type of the "
                    + candidate.name()
                    + " is "
                    + array.dataType()
                    + ", which DL4J casts to "
                    + type));
      }
    }
    return null;
  }

  /**
   * Returns the first non-finite parameter of a part, otherwise null.
   *
   * @param pretraining whether this is layerwise pretraining; only then pretrain parameters are
   *     used
   */
  static @Nullable Origin inParameters(String name, Trainable part, boolean pretraining) {
    if (part.numParams() == 0) {
      return null;
    }
    for (Map.Entry<String, INDArray> parameter : part.paramTable(false).entrySet()) {
      boolean used = pretraining || !part.getConfig().isPretrainParam(parameter.getKey());
      if (used && !Places.isFinite(parameter.getValue())) {
        return Origins.of(
            OriginKind.PARAMETERS,
            name + "_" + parameter.getKey(),
            Places.count(List.of(parameter.getValue())));
      }
    }
    return null;
  }
}

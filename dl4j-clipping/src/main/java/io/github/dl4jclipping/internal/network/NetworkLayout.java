package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.internal.norm.GradientLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Trainable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Builds the layout of a flat gradient from the parts of a network. */
public final class NetworkLayout {

  private NetworkLayout() {}

  /**
   * Returns the layout of a model's flat gradient. Pretrain parameters take part only in layerwise
   * pretraining.
   */
  public static GradientLayout of(Dl4jModel model) {
    boolean pretraining = model.isPretrained();
    List<GradientLayout.Parameter> parameters = new ArrayList<>();
    long offset = 0;
    for (Map.Entry<String, Trainable> entry : model.parts().entrySet()) {
      Trainable part = entry.getValue();
      for (Map.Entry<String, INDArray> array : inMemory(part)) {
        String name = array.getKey();
        long length = array.getValue().length();
        parameters.add(
            new GradientLayout.Parameter(
                entry.getKey() + "_" + name,
                offset,
                length,
                ParameterRoles.of(part, name, pretraining),
                part.updaterDivideByMinibatch(name),
                entry.getKey(),
                WeightUnits.of(part, name, array.getValue())));
        offset += length;
      }
    }
    return new GradientLayout(parameters, pretraining);
  }

  /**
   * Returns the arrays in the order of memory. For some convolutions, DL4J lists the weights first,
   * but stores the bias first.
   */
  private static List<Map.Entry<String, INDArray>> inMemory(Trainable part) {
    return part.paramTable(false).entrySet().stream()
        .sorted(Comparator.comparingLong(array -> array.getValue().offset()))
        .toList();
  }
}

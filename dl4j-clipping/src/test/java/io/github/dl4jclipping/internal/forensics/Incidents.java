package io.github.dl4jclipping.internal.forensics;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.forensics.NonFiniteReport;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;

/** Trains until a gradient is not finite, and returns what was found. */
final class Incidents {

  private Incidents() {}

  static NonFiniteReport of(Model model, DataSet batch) {
    return of(model, batch.toMultiDataSet());
  }

  static NonFiniteReport of(Model model, org.nd4j.linalg.dataset.api.MultiDataSet batch) {
    return of(model, batch, GradientClipping.measureOnly());
  }

  /** The loss is scaled. */
  static NonFiniteReport of(Model model, DataSet batch, LossScaling scaling) {
    return of(
        model,
        batch.toMultiDataSet(),
        GradientClipping.builder().maxNorm(1).lossScaling(scaling).build());
  }

  private static NonFiniteReport of(
      Model model, org.nd4j.linalg.dataset.api.MultiDataSet batch, GradientClipping clipping) {
    model.addListeners(new GradientClippingListener(clipping));
    return catchThrowableOfType(
            NonFiniteGradientException.class,
            () -> {
              if (model instanceof MultiLayerNetwork network) {
                network.fit(
                    new DataSet(
                        batch.getFeatures(0),
                        batch.getLabels(0),
                        mask(batch.getFeaturesMaskArrays()),
                        mask(batch.getLabelsMaskArrays())));
              } else {
                ((ComputationGraph) model).fit((MultiDataSet) batch);
              }
            })
        .report();
  }

  private static org.nd4j.linalg.api.ndarray.INDArray mask(
      org.nd4j.linalg.api.ndarray.INDArray[] masks) {
    return masks == null ? null : masks[0];
  }
}

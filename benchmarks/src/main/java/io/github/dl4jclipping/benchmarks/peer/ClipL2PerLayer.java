package io.github.dl4jclipping.benchmarks.peer;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.MultiLayerUpdater;
import org.jspecify.annotations.NullUnmarked;

/** Runs DL4J's own {@code ClipL2PerLayer}; each array is the gradient of one layer. */
@NullUnmarked // prepared before it is used
final class ClipL2PerLayer extends Nd4jPeer {

  private double clippingBound;
  private MultiLayerUpdater updater;
  private List<PlainLayer> keeping;
  private List<PlainLayer> clipping;

  private static MultiLayerNetwork network(double threshold) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .gradientNormalization(GradientNormalization.ClipL2PerLayer)
                .gradientNormalizationThreshold(threshold)
                .list()
                .layer(new OutputLayer.Builder().nIn(1).nOut(2).build())
                .build());
    network.init();
    return network;
  }

  @Override
  public boolean supports(Workload workload, Operation operation) {
    return workload.order() == 2 && operation != Operation.NORM;
  }

  @Override
  public void prepare(Workload workload) {
    super.prepare(workload);
    clippingBound = workload.maxNorm(Operation.CLIP);
    updater = new MultiLayerUpdater(network(clippingBound));
    clipping = layers(clippingBound);
    keeping = layers(workload.maxNorm(Operation.KEEP));
  }

  private List<PlainLayer> layers(double threshold) {
    TrainingConfig config = network(threshold).getLayer(0).getConfig();
    return Arrays.stream(gradient.arrays).map(array -> new PlainLayer(config, array)).toList();
  }

  @Override
  public double norm() {
    throw new UnsupportedOperationException("ClipL2PerLayer does not only measure");
  }

  /** Clips; {@code maxNorm} must be one of the workload's own bounds. */
  @Override
  public double clip(double maxNorm) {
    Gradient unused = new DefaultGradient();
    for (PlainLayer layer : maxNorm == clippingBound ? clipping : keeping) {
      updater.preApply(layer, unused, 0);
    }
    return maxNorm;
  }
}

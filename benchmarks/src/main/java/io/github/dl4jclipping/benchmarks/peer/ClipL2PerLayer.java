package io.github.dl4jclipping.benchmarks.peer;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.MultiLayerUpdater;
import org.jspecify.annotations.NullUnmarked;

/** DL4J's own {@code ClipL2PerLayer}, all arrays being the parameters of one layer. */
@NullUnmarked // prepared before it is used
final class ClipL2PerLayer extends Nd4jPeer {

  private double clippingBound;
  private MultiLayerUpdater keeping;
  private MultiLayerUpdater clipping;
  private Gradient named;

  private static MultiLayerUpdater updater(double threshold) {
    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .gradientNormalization(GradientNormalization.ClipL2PerLayer)
            .gradientNormalizationThreshold(threshold)
            .list()
            .layer(new OutputLayer.Builder().nIn(1).nOut(2).build())
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    return new MultiLayerUpdater(network);
  }

  @Override
  public boolean supports(Workload workload, Operation operation) {
    return workload.order() == 2 && operation != Operation.NORM;
  }

  @Override
  public void prepare(Workload workload) {
    super.prepare(workload);
    clippingBound = workload.maxNorm(Operation.CLIP);
    clipping = updater(clippingBound);
    keeping = updater(workload.maxNorm(Operation.KEEP));
    named = new DefaultGradient();
    for (int i = 0; i < gradient.arrays.length; i++) {
      named.setGradientFor("p" + i, gradient.arrays[i]);
    }
  }

  @Override
  public double norm() {
    throw new UnsupportedOperationException("ClipL2PerLayer does not only measure");
  }

  /** Takes the workload's own bounds only. */
  @Override
  public double clip(double maxNorm) {
    MultiLayerUpdater updater = maxNorm == clippingBound ? clipping : keeping;
    Layer layer = updater.getNetwork().getLayer(0);
    updater.preApply(layer, named, 0);
    return maxNorm;
  }
}

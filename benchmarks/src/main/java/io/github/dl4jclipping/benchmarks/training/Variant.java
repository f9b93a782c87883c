package io.github.dl4jclipping.benchmarks.training;

import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import java.util.concurrent.atomic.DoubleAdder;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.optimize.api.TrainingListener;

/** The ways to train one network that are set against each other. */
public enum Variant {
  STOCK("stock"),
  /** At a bound that is never reached: the cheaper case. */
  CLIP_L2_PER_LAYER("`ClipL2PerLayer`, never clips"),
  NEVER("dl4j-clipping, never clips"),
  ALWAYS("dl4j-clipping, always clips"),
  /** Never clips, with the log as it is by default and an observer that adds up the norms. */
  OBSERVED("dl4j-clipping, log and observer");

  private static final double NEVER_REACHED = 1e30;
  private static final double ALWAYS_BROKEN = 1e-12;

  private final String title;

  Variant(String title) {
    this.title = title;
  }

  /** Returns the name in tables. */
  public String title() {
    return title;
  }

  void configure(NeuralNetConfiguration.Builder configuration) {
    if (this == CLIP_L2_PER_LAYER) {
      configuration
          .gradientNormalization(GradientNormalization.ClipL2PerLayer)
          .gradientNormalizationThreshold(NEVER_REACHED);
    }
  }

  TrainingListener[] listeners() {
    return switch (this) {
      case STOCK, CLIP_L2_PER_LAYER -> new TrainingListener[0];
      case NEVER -> new TrainingListener[] {quiet(NEVER_REACHED)};
      case ALWAYS -> new TrainingListener[] {quiet(ALWAYS_BROKEN)};
      case OBSERVED -> new TrainingListener[] {observed()};
    };
  }

  private static GradientClippingListener quiet(double maxNorm) {
    return new GradientClippingListener(GradientClipping.byGlobalNorm(maxNorm)).logEvery(0);
  }

  private static GradientClippingListener observed() {
    DoubleAdder sum = new DoubleAdder();
    return new GradientClippingListener(GradientClipping.byGlobalNorm(NEVER_REACHED))
        .observe(report -> sum.add(report.norm()));
  }
}

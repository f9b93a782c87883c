package io.github.dl4jclipping.step;

import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.report.ClippingLog;
import io.github.dl4jclipping.scaling.LossScale;
import io.github.dl4jclipping.scaling.MasterWeights;
import io.github.dl4jclipping.scaling.ScaledOutputs;
import io.github.dl4jclipping.scaling.StateLayout;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes ready what a network in mixed precision has beside its updater. */
final class MixedPrecision {

  private static final Logger log = LoggerFactory.getLogger(ClippingLog.NAME);

  /** The settings that were warned of: every worker of every fit would say the same. */
  private static final Set<LossScaling> TOLD = ConcurrentHashMap.newKeySet();

  private MixedPrecision() {}

  /**
   * Returns it for a network; nothing of the network has changed yet.
   *
   * @param updater one of DL4J's for it, with its state
   * @throws IllegalStateException if its loss cannot be scaled
   */
  static Mixed of(
      Model network, ClippingPlan plan, Supplier<? extends BaseMultiLayerUpdater<?>> updater) {
    LossScaling settings = plan.lossScaling();
    ClippingState state = ClippingState.of(network);
    if (settings == null) {
      state.requireNoLossScale();
      return Mixed.NONE;
    }
    LossScale scale = state.lossScale(settings);
    LossScaler scaler = new LossScaler(network, scale, ScaledOutputs.of(network));
    DataType type = network.params().dataType();
    if (type != DataType.FLOAT16 && state.isNew("loss scaling")) {
      log.warn(
          "lossScaling={} has no effect in a {} network: it is meant for HALF, whose smallest and"
              + " largest numbers are 6e-8 and 65504. Leave it out{}.",
          settings,
          type,
          settings.masterWeights() ? "; there are no master weights either" : "");
    }
    if (settings.masterWeights() && type == DataType.FLOAT16) {
      return new Mixed(scaler, scale, master(network, settings, state, updater.get()));
    }
    if (state.master() != null) {
      log.warn(
          "This network has master weights in FLOAT, but the settings have no masterWeights: it goes"
              + " on in HALF, and what they hold beyond HALF is dropped. To keep it, use"
              + " lossScaling(... .withMasterWeights(true)).");
    }
    return new Mixed(scaler, scale, null);
  }

  private static MasterWeights master(
      Model network, LossScaling settings, ClippingState state, BaseMultiLayerUpdater<?> updater) {
    requireSgd(network);
    INDArray updaterState = updater.getStateViewArray();
    StateLayout layout = StateLayout.of(updater.getUpdaterBlocks());
    MasterWeights master = state.master();
    if (master == null) {
      warnOfLostDigits(network, settings);
      return MasterWeights.of(network.params(), updaterState, layout);
    }
    return master.with(updaterState, layout); // the next step takes over parameters
  }

  private static void requireSgd(Model network) {
    OptimizationAlgorithm algorithm = network.conf().getOptimizationAlgo();
    if (algorithm != OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT) {
      throw new IllegalStateException(
          "masterWeights go with STOCHASTIC_GRADIENT_DESCENT, which subtracts each update once, but"
              + " this network is optimised by "
              + algorithm
              + ". Nothing has changed: leave masterWeights out.");
    }
  }

  private static void warnOfLostDigits(Model network, LossScaling settings) {
    int iterations = Trainer.iterationOf(network);
    if (Trainer.isWorker()) {
      if (TOLD.add(settings)) {
        log.warn(
            "Master weights begin anew on this worker: they last one fit of ParallelWrapper, or one"
                + " split of Spark, and what they hold beyond HALF is lost with it.");
      }
    } else if (iterations > 0) {
      log.warn(
          "Master weights begin with the HALF weights of a network that has been trained for {}"
              + " iterations. If it was restored from a file with saved master weights, call"
              + " GradientClipping.restoreState(network, file) before it trains.",
          iterations);
    }
  }
}

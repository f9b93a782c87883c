package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.internal.log.LogName;
import io.github.dl4jclipping.internal.memory.ClippingState;
import io.github.dl4jclipping.internal.memory.KeptPrecision;
import io.github.dl4jclipping.internal.memory.Progress;
import io.github.dl4jclipping.internal.precision.LossScale;
import io.github.dl4jclipping.internal.precision.MasterPrecision;
import io.github.dl4jclipping.internal.precision.MasterWeights;
import io.github.dl4jclipping.internal.precision.Precision;
import io.github.dl4jclipping.internal.precision.ScaledOutputs;
import io.github.dl4jclipping.internal.precision.ScaledPrecision;
import io.github.dl4jclipping.internal.precision.StateLayout;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Prepares loss scaling and master weights for a network. */
final class PrecisionSetup {

  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  /**
   * The settings that were warned of, because every worker of every fit would repeat the warning.
   */
  private static final Set<LossScaling> TOLD = ConcurrentHashMap.newKeySet();

  private final Dl4jModel model;
  private final Model network;
  private final ClippingState state;

  PrecisionSetup(Dl4jModel model, ClippingState state) {
    this.model = model;
    this.network = model.model();
    this.state = state;
  }

  /**
   * Returns the precision for some settings. This changes nothing in the network.
   *
   * @param settings how the loss is scaled; null if it is not
   * @param updaterState the state of DL4J's updater
   * @throws IllegalStateException if the loss of the network cannot be scaled
   */
  Precision prepare(@Nullable LossScaling settings, @Nullable INDArray updaterState) {
    KeptPrecision kept = state.precision();
    if (settings == null) {
      kept.requireNoLossScale();
      return Precision.OWN;
    }
    LossScale scale = kept.lossScale(settings);
    ScaledOutputs outputs = ScaledOutputs.of(model.outputs(), model.layers());
    DataType type = network.params().dataType();
    if (type != DataType.FLOAT16 && state.isNew("loss scaling")) {
      log.warn(
          "lossScaling={} is not useful in a {} network: it is meant for HALF, whose smallest"
              + " and largest numbers are 6e-8 and 65504. Remove it{}.",
          settings,
          type,
          settings.masterWeights() ? "; masterWeights have no effect in this network either" : "");
    }
    if (settings.masterWeights() && type == DataType.FLOAT16) {
      MasterWeights master = master(settings, kept, updaterState);
      return new MasterPrecision(network, scale, outputs, state::isNew, master);
    }
    if (kept.masterWeights() != null) {
      log.warn(
          "This network has master weights in FLOAT, but the settings have no masterWeights."
              + " Training continues in HALF, and the additional digits of the master weights"
              + " are dropped. To keep them, use lossScaling(... .withMasterWeights(true)).");
    }
    return new ScaledPrecision(network, scale, outputs, state::isNew);
  }

  /** Starts to use a precision in place of the previous one. */
  void commit(Precision precision) {
    state.precision().use(precision);
    if (!precision.scalesLoss()) {
      ScaledOutputs.endIn(
          model.outputs()); // a pass left by earlier settings would scale a gradient that nothing
      // unscales
    }
  }

  private MasterWeights master(
      LossScaling settings, KeptPrecision kept, @Nullable INDArray updaterState) {
    requireSgd();
    BaseMultiLayerUpdater<?> updater =
        (BaseMultiLayerUpdater<?>)
            model.stockUpdater(updaterState); // has the state in DL4J's layout
    StateLayout layout = StateLayout.of(updater.getUpdaterBlocks());
    MasterWeights master = kept.masterWeights();
    if (master == null) {
      warnOfLostDigits(settings);
      return MasterWeights.of(network.params(), updater.getStateViewArray(), layout);
    }
    return master.with(
        updater.getStateViewArray(), layout); // the next step takes over changed parameters
  }

  private void requireSgd() {
    OptimizationAlgorithm algorithm = network.conf().getOptimizationAlgo();
    if (algorithm != OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT) {
      throw new IllegalStateException(
          "masterWeights need STOCHASTIC_GRADIENT_DESCENT, which subtracts each update once, but"
              + " this network is optimised by "
              + algorithm
              + ". Nothing has changed. Remove masterWeights.");
    }
  }

  private void warnOfLostDigits(LossScaling settings) {
    Progress progress = model.progress();
    if (progress.byWorker()) {
      if (TOLD.add(settings)) {
        log.warn(
            "Master weights start from the HALF weights on this worker. They last for one fit"
                + " of ParallelWrapper or one split of Spark; then their additional digits are"
                + " lost.");
      }
    } else if (progress.iterations() > 0) {
      log.warn(
          "Master weights start from the HALF weights of a network that was trained for {}"
              + " iterations. If the network was loaded from a file with saved master weights,"
              + " call GradientClipping.restoreState(network, file) before it trains.",
          progress.iterations());
    }
  }
}

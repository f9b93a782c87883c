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

/** Prepares loss scaling and master weights of a network. */
final class PrecisionSetup {

  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  /** The settings that were warned of: every worker of every fit would say the same. */
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
   * Returns the precision that settings ask for; nothing of the network has changed yet.
   *
   * @param settings how the loss is scaled, null where it is not
   * @param updaterState the state of DL4J's updater
   * @throws IllegalStateException if its loss cannot be scaled
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
          "lossScaling={} has no effect in a {} network: it is meant for HALF, whose smallest and"
              + " largest numbers are 6e-8 and 65504. Leave it out{}.",
          settings,
          type,
          settings.masterWeights() ? "; there are no master weights either" : "");
    }
    if (settings.masterWeights() && type == DataType.FLOAT16) {
      MasterWeights master = master(settings, kept, updaterState);
      return new MasterPrecision(network, scale, outputs, state::isNew, master);
    }
    if (kept.masterWeights() != null) {
      log.warn(
          "This network has master weights in FLOAT, but the settings have no masterWeights: it goes"
              + " on in HALF, and what they hold beyond HALF is dropped. To keep it, use"
              + " lossScaling(... .withMasterWeights(true)).");
    }
    return new ScaledPrecision(network, scale, outputs, state::isNew);
  }

  /** Puts a precision to use, in the place of the one before. */
  void commit(Precision precision) {
    state.precision().use(precision);
    if (!precision.scalesLoss()) {
      ScaledOutputs.endIn(model.outputs()); // or settings of before would scale what nobody divides
    }
  }

  private MasterWeights master(
      LossScaling settings, KeptPrecision kept, @Nullable INDArray updaterState) {
    requireSgd();
    BaseMultiLayerUpdater<?> updater =
        (BaseMultiLayerUpdater<?>) model.stockUpdater(updaterState); // lays state out as DL4J does
    StateLayout layout = StateLayout.of(updater.getUpdaterBlocks());
    MasterWeights master = kept.masterWeights();
    if (master == null) {
      warnOfLostDigits(settings);
      return MasterWeights.of(network.params(), updater.getStateViewArray(), layout);
    }
    return master.with(updater.getStateViewArray(), layout); // the next step takes over parameters
  }

  private void requireSgd() {
    OptimizationAlgorithm algorithm = network.conf().getOptimizationAlgo();
    if (algorithm != OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT) {
      throw new IllegalStateException(
          "masterWeights go with STOCHASTIC_GRADIENT_DESCENT, which subtracts each update once, but"
              + " this network is optimised by "
              + algorithm
              + ". Nothing has changed: leave masterWeights out.");
    }
  }

  private void warnOfLostDigits(LossScaling settings) {
    Progress progress = model.progress();
    if (progress.byWorker()) {
      if (TOLD.add(settings)) {
        log.warn(
            "Master weights begin anew on this worker: they last one fit of ParallelWrapper, or one"
                + " split of Spark, and what they hold beyond HALF is lost with it.");
      }
    } else if (progress.iterations() > 0) {
      log.warn(
          "Master weights begin with the HALF weights of a network that has been trained for {}"
              + " iterations. If it was restored from a file with saved master weights, call"
              + " GradientClipping.restoreState(network, file) before it trains.",
          progress.iterations());
    }
  }
}

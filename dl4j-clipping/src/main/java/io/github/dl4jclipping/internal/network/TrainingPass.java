package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.internal.memory.ClippingState;
import io.github.dl4jclipping.internal.precision.Precision;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Updater;

/**
 * Follows one pass of a network's training by the calls that its listeners get, so that its loss is
 * scaled in that pass alone, and so that no gradient is applied without the step.
 */
public final class TrainingPass {

  private TrainingPass() {}

  /** Begins: the forward pass is done, the loss and the backward pass come next. */
  public static void begin(Model model) {
    ClippingState.of(model).expectStep(false);
    Precision precision = precisionOf(model);
    if (precision.scalesLoss()) {
      if (isTraining()) {
        precision.beginPass();
      } else {
        precision.forgetPass();
      }
    }
  }

  /**
   * DL4J tells listeners of the forward pass in {@code MultiLayerNetwork.calculateGradients}, too,
   * and never what became of it: no updater divides the gradient that it returns.
   */
  private static boolean isTraining() {
    return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
        .walk(
            frames ->
                frames
                    .filter(frame -> Model.class.isAssignableFrom(frame.getDeclaringClass()))
                    .findFirst())
        .filter(caller -> caller.getMethodName().equals("computeGradientAndScore"))
        .isPresent();
  }

  /** Ends: the gradient of the loss is computed. */
  public static void end(Model model) {
    precisionOf(model).endPass();
  }

  private static Precision precisionOf(Model model) {
    return Dl4jModels.of(model).updater() instanceof StepUpdater host
        ? host.step().precision()
        : Precision.OWN;
  }

  /** Notes that DL4J is about to hand the gradient to the updater, and so to the step. */
  public static void expectStep(Model model) {
    ClippingState.of(model).expectStep(true);
  }

  /**
   * Checks that the step ran, now that DL4J has applied the gradient.
   *
   * @throws IllegalStateException if it did not, since another updater took the host's place, or
   *     nobody was told of the gradient
   */
  public static void requireStep(Model model, int iteration, int epoch) {
    if (ClippingState.neverHadStep(model)) {
      throw unclipped(
          iteration,
          epoch,
          "this GradientClippingListener is told of iterations, but was never told of a gradient of"
              + " this network. Usually it stands inside another listener that hands on"
              + " iterationDone alone, such as ComposableIterationListener: add it to the network"
              + " itself. In a training loop of your own that calls iterationDone, call"
              + " clipping.attachTo(network) first.");
    }
    if (!ClippingState.missesStep(model)) {
      return;
    }
    Updater updater = Dl4jModels.of(model).updater();
    throw unclipped(
        iteration,
        epoch,
        "after GradientClippingListener.onGradientCalculation something put another updater into the"
            + " network, "
            + (updater == null ? "none" : updater.getClass().getName())
            + ". Usually another listener calls setLearningRate, setUpdater or clear in"
            + " onGradientCalculation: let it do so in iterationDone, or add the"
            + " GradientClippingListener after it.");
  }

  private static IllegalStateException unclipped(int iteration, int epoch, String reason) {
    return new IllegalStateException(
        "The gradient of iteration "
            + iteration
            + ", epoch "
            + epoch
            + " was applied unclipped: "
            + reason
            + " The parameters hold the unclipped update: go back to a checkpoint.");
  }
}

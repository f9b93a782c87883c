package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.internal.memory.ClippingState;
import io.github.dl4jclipping.internal.precision.Precision;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Updater;

/**
 * Follows one training pass of a network through the calls of its listeners. This ensures that the
 * loss is scaled only in that pass, and that no gradient is applied without the step.
 */
public final class TrainingPass {

  private TrainingPass() {}

  /** Begins the pass after the forward pass, before the loss and the backward pass. */
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
   * Returns whether this forward pass belongs to training. DL4J also calls listeners in {@code
   * MultiLayerNetwork.calculateGradients}, but no updater unscales the gradient that it returns.
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

  /** Ends the pass after the gradient of the loss is computed. */
  public static void end(Model model) {
    precisionOf(model).endPass();
  }

  private static Precision precisionOf(Model model) {
    return Dl4jModels.of(model).updater() instanceof StepUpdater host
        ? host.step().precision()
        : Precision.OWN;
  }

  /** Records that DL4J is about to pass the gradient to the updater, and so to the step. */
  public static void expectStep(Model model) {
    ClippingState.of(model).expectStep(true);
  }

  /**
   * Checks, after DL4J has applied the gradient, that the step ran.
   *
   * @throws IllegalStateException if the step did not run: because another updater replaced the
   *     host, or because no listener call announced the gradient
   */
  public static void requireStep(Model model, int iteration, int epoch) {
    if (ClippingState.neverHadStep(model)) {
      throw unclipped(
          iteration,
          epoch,
          "this GradientClippingListener receives iterations, but has never received a gradient"
              + " of this network. Usually this means that it is inside another listener that"
              + " forwards only iterationDone, such as ComposableIterationListener: add it to"
              + " the network itself. In a training loop of your own that calls iterationDone,"
              + " call clipping.attachTo(network) first.");
    }
    if (!ClippingState.missesStep(model)) {
      return;
    }
    Updater updater = Dl4jModels.of(model).updater();
    throw unclipped(
        iteration,
        epoch,
        "the network's updater was replaced after GradientClippingListener.onGradientCalculation;"
            + " it is now "
            + (updater == null ? "missing" : updater.getClass().getName())
            + ". Usually another listener calls setLearningRate, setUpdater or clear in"
            + " onGradientCalculation. Let that listener do so in iterationDone, or add the"
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
            + " The parameters include the unclipped update. Restore a checkpoint.");
  }
}

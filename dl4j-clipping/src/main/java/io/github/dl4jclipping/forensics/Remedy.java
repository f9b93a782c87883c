package io.github.dl4jclipping.forensics;

/** Writes what the user can do about a non-finite step. */
final class Remedy {

  private static final String LOWER = "lower the learning rate or maxNorm";

  private Remedy() {}

  static String of(Origin origin, NormTrend trend) {
    boolean explosion = trend.isExplosion();
    return switch (origin.kind()) {
      case FEATURES ->
          origin.isOfCast()
              ? "What to do: scale the features down, or train in a larger data type."
              : "What to do: check the input for missing values and for divisions by 0.";
      case LABELS ->
          origin.isOfCast()
              ? "What to do: scale the labels down, or train in a larger data type."
              : "What to do: check the labels for missing values.";
      case MASKS -> "What to do: check the masks, which should be 0 or 1.";
      case PARAMETERS ->
          "What to do: restore finite parameters from a checkpoint. An earlier step, or the"
              + " code that set or loaded them, broke these.";
      case ACTIVATIONS ->
          "What to do: "
              + (explosion
                  ? LOWER + "."
                  : "scale the input down, check the layer's weights and its activation function;"
                      + " in HALF, train in FLOAT.");
      case LOSS ->
          "What to do: look for a log or a division by 0 in the loss, and for labels for which"
              + " the loss is not defined"
              + (explosion ? "; " + LOWER + "." : ".");
      case BACKWARD ->
          "What to do: "
              + (explosion
                  ? LOWER + "."
                  : "check the derivatives of the layer's activation function and of the loss; in"
                      + " HALF, train in FLOAT; with loss scaling, use a smaller scale.");
      case LOSS_SCALE -> "What to do: lower the loss scale, or use LossScaling.dynamic().";
      case UNKNOWN ->
          "Common causes: NaN in the data, a learning rate that is too high, a log or a division by"
              + " 0 in a loss."
              + (explosion ? " The norms grew steadily: " + LOWER + "." : "");
    };
  }
}

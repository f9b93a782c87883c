package io.github.dl4jclipping.samples;

import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/** A way to train that is the same in every precision. */
enum HalfSetting {
  /** Its second moments are smaller than HALF's smallest number. */
  ADAM("Adam", 1, 2),

  /** Whose gradients HALF holds. */
  SGD("SGD", 1, 1),

  /** The same in every other arithmetic: a loss of small weight, and as much more learning rate. */
  SMALL_LOSS("SGD, loss x 2^-23", 0x1p-23, 1); // which HALF holds, unlike 1e-7

  private final String label;
  private final double lossWeight;
  private final int rounds;

  HalfSetting(String label, double lossWeight, int rounds) {
    this.label = label;
    this.lossWeight = lossWeight;
    this.rounds = rounds;
  }

  /** Returns the name that the user reads. */
  String label() {
    return label;
  }

  IUpdater updater() {
    return this == ADAM ? new Adam(0.005) : new Sgd(0.002 / lossWeight);
  }

  /** Returns what the loss is multiplied by, and with it gradient, norm and score. */
  double lossWeight() {
    return lossWeight;
  }

  /** Returns how many times the usual number of batches it takes. */
  int rounds() {
    return rounds;
  }
}

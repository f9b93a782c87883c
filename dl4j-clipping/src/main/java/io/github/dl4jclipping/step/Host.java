package io.github.dl4jclipping.step;

import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.gradient.Gradient;
import org.nd4j.linalg.api.ndarray.INDArray;

/** An updater of DL4J with the clipping step in it: what the step needs of it. */
interface Host {

  /** Returns the network, or in layerwise pretraining the layer, that is trained. */
  Model getNetwork();

  /** Returns its own flat gradient. */
  INDArray getFlattenedGradientsView();

  /** Returns whether a layer has a GradientNormalization of DL4J's. */
  boolean normalizesLayers();

  /**
   * Returns whether that acts on the network's own gradient even where another one is passed in.
   */
  boolean normalizationMissesExternalGradients();

  /** Returns what DL4J divides the gradient by: the minibatch size, or 1. */
  int divisor(Update update);

  /** Normalizes layers, by DL4J's own code; does nothing if no layer is normalized. */
  void normalize(Gradient gradient, Update update);

  /** Runs DL4J's own update on a gradient that is divided and normalized already. */
  void updatePrepared(Gradient gradient, Update update);
}

package io.github.dl4jclipping.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A listener that notes the name of each call it gets, and may look at the network in it. */
final class Calls extends BaseTrainingListener {

  final List<String> names = new ArrayList<>();
  private final BiConsumer<String, Model> look;

  Calls() {
    this((name, model) -> {});
  }

  /** Looks at the network in each call. */
  Calls(BiConsumer<String, Model> look) {
    this.look = look;
  }

  synchronized void note(String name, Model model) {
    names.add(name);
    look.accept(name, model);
  }

  @Override
  public void onEpochStart(Model model) {
    note("onEpochStart", model);
  }

  @Override
  public void onEpochEnd(Model model) {
    note("onEpochEnd", model);
  }

  @Override
  public void onForwardPass(Model model, List<INDArray> activations) {
    note("onForwardPass", model);
  }

  @Override
  public void onForwardPass(Model model, Map<String, INDArray> activations) {
    note("onForwardPass", model);
  }

  @Override
  public void onBackwardPass(Model model) {
    note("onBackwardPass", model);
  }

  @Override
  public void onGradientCalculation(Model model) {
    note("onGradientCalculation", model);
  }

  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    note("iterationDone", model);
  }
}

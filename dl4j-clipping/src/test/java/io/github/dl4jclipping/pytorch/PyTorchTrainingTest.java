package io.github.dl4jclipping.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;

/** A hundred steps in DL4J and in PyTorch from equal weights: the same norms, the same weights. */
@RequiresPyTorch
class PyTorchTrainingTest {

  private static final int STEPS = 100;
  private static final int EXAMPLES = 7;
  private static final double RATE = 0.3;
  private static final double MAX_NORM = 0.35;
  private static final List<String> NAMES = List.of("0_W", "0_b", "1_W", "1_b");

  @Test
  void trajectoriesAreTheSame() {
    MultiLayerNetwork network = Networks.init(Networks.plainConf(Networks.conf(new Sgd(RATE))));
    CollectingObserver seen = new CollectingObserver();
    network.addListeners(
        new GradientClippingListener(GradientClipping.byGlobalNorm(MAX_NORM)).observe(seen));
    List<Tensor> parameters =
        new ArrayList<>(
            NAMES.stream().map(n -> parameter(Tensors.of(network.getParam(n)))).toList());

    for (int step = 0; step < STEPS; step++) {
      DataSet batch = Networks.batch(EXAMPLES, step % 5);
      network.fit(batch);
      double norm =
          step(parameters, Tensors.of(batch.getFeatures()), Tensors.of(batch.getLabels()));
      assertThat(seen.last().norm()).isCloseTo(norm, within(norm * 1e-5));
    }

    for (int i = 0; i < NAMES.size(); i++) {
      float[] ours = Tensors.floats(network.getParam(NAMES.get(i)));
      float[] theirs = Tensors.floats(parameters.get(i));
      assertThat(ours).hasSameSizeAs(theirs);
      for (int j = 0; j < ours.length; j++) {
        assertThat(ours[j]).isCloseTo(theirs[j], within(1e-5f));
      }
    }
    assertThat(seen.steps.stream().map(step -> step.outcome()))
        .contains(StepOutcome.CLIPPED, StepOutcome.UNCHANGED);
  }

  /** One step of the same network by PyTorch alone: returns the norm before clipping. */
  private static double step(List<Tensor> parameters, Tensor features, Tensor labels) {
    Tensor hidden = torch.tanh(torch.addmm(parameters.get(1), features, parameters.get(0)));
    Tensor output = torch.addmm(parameters.get(3), hidden, parameters.get(2));
    Tensor loss = torch.log_softmax(output, 1).mul(labels).sum().mul(new Scalar(-1.0 / EXAMPLES));
    loss.backward();
    double norm = Tensors.clip(parameters, MAX_NORM, 2, false);
    parameters.replaceAll(
        parameter -> parameter(parameter.detach().sub(parameter.grad().mul(new Scalar(RATE)))));
    return norm;
  }

  private static Tensor parameter(Tensor values) {
    return values.set_requires_grad(true);
  }
}

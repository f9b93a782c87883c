package io.github.dl4jclipping.samples;

import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * Trains the quickstart's task in FLOAT and in HALF: as it is, with a scaled loss, and with master
 * weights in FLOAT besides; with Adam, with SGD, and with SGD on a loss of small weight. At a size
 * and a learning rate at which FLOAT needs no help, so that what differs is the precision's.
 *
 * <p>Run it with {@code mvn -q -Phalf} from the root of the repository, or with {@code -Dtext=FILE}
 * on a text of one's own.
 */
public final class HalfPrecision {

  private static final int BATCHES = 40;
  private static final int HIDDEN = 32;
  private static final int ALPHABET = 128;
  private static final long SEED = 42;

  private HalfPrecision() {}

  /** Runs the sample; system properties are {@code text} and {@code dl4jclipping.root}. */
  public static void main(String[] args) throws Exception {
    // What breaks is in the table, and would be told at length in the log.
    System.setProperty("logback.configurationFile", "logback-quiet.xml");
    TextProgram.main("half", BATCHES, HalfPrecision::run);
  }

  private static void run(String text, ProgressBars bars, PrintStream out) {
    List<HalfResult> results = compare(text, BATCHES, bars);
    out.println();
    out.println(HalfTable.of(results));
    out.println(verdict(results));
  }

  /** Returns the results of all precisions with all updaters. */
  static List<HalfResult> compare(String text, int batches, ProgressBars bars) {
    List<HalfResult> results = new ArrayList<>();
    for (HalfSetting setting : HalfSetting.values()) {
      for (HalfContender contender : HalfContender.values()) {
        results.add(train(text, batches * setting.rounds(), contender, setting, bars));
      }
    }
    return results;
  }

  private static HalfResult train(
      String text, int batches, HalfContender contender, HalfSetting setting, ProgressBars bars) {
    Alphabet alphabet = new Alphabet(text, ALPHABET);
    CharacterBatches data = new CharacterBatches(alphabet.encode(text), alphabet.size(), SEED);
    MultiLayerNetwork network = network(alphabet.size(), contender, setting);
    StepLog steps = new StepLog();
    Zeros zeros = new Zeros();
    network.addListeners(
        zeros,
        new GradientClippingListener(contender.clipping(setting.lossWeight()))
            .logEvery(0)
            .observe(steps));
    long start = System.nanoTime();
    try (ProgressBar bar = bars.start(setting.label() + ", " + contender.label(), batches)) {
      for (int i = 0; i < batches; i++) {
        network.fit(data.next());
        bar.step();
        bar.setExtraMessage("score " + ResultTable.number(network.score() / setting.lossWeight()));
      }
    } catch (NonFiniteGradientException e) {
      // the last of the steps tells why
    }
    return result(contender, setting, steps.steps(), zeros, System.nanoTime() - start);
  }

  private static HalfResult result(
      HalfContender contender,
      HalfSetting setting,
      List<ClipReport> steps,
      Zeros zeros,
      long nanos) {
    return new HalfResult(
        contender,
        setting,
        steps.stream()
            .filter(step -> !step.isNonFinite() && step.outcome() != StepOutcome.OVERFLOWED)
            .map(step -> step.score() / setting.lossWeight())
            .toList(),
        zeros.share(),
        steps.stream().filter(step -> step.outcome() == StepOutcome.OVERFLOWED).count(),
        steps.stream()
            .filter(ClipReport::isNonFinite)
            .mapToInt(ClipReport::iteration)
            .findFirst()
            .orElse(-1),
        Duration.ofNanos(nanos));
  }

  private static MultiLayerNetwork network(
      int alphabetSize, HalfContender contender, HalfSetting setting) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(SEED)
                .dataType(contender.type())
                .updater(setting.updater())
                .activation(Activation.TANH)
                .list()
                .layer(new SimpleRnn.Builder().nOut(HIDDEN).build())
                .layer(new SimpleRnn.Builder().nOut(HIDDEN).build())
                .layer(
                    new RnnOutputLayer.Builder(loss(alphabetSize, setting.lossWeight()))
                        .activation(Activation.SOFTMAX)
                        .nOut(alphabetSize)
                        .build())
                .setInputType(InputType.recurrent(alphabetSize))
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTLength(CharacterNetwork.STEP_LENGTH)
                .build());
    network.init();
    return network;
  }

  private static LossMCXENT loss(int alphabetSize, double weight) {
    return weight == 1
        ? new LossMCXENT()
        : new LossMCXENT(Nd4j.valueArrayOf(new long[] {alphabetSize}, weight, DataType.FLOAT));
  }

  /** Says how the best of HALF compares with FLOAT, and where HALF needed no help. */
  static String verdict(List<HalfResult> results) {
    StringBuilder verdict = new StringBuilder();
    for (HalfResult single : of(results, HalfContender.FLOAT)) {
      for (HalfContender contender : HalfContender.values()) {
        of(results, contender).stream()
            .filter(result -> contender != HalfContender.FLOAT)
            .filter(result -> result.setting() == single.setting())
            .forEach(result -> verdict.append(sentence(single, result)));
      }
    }
    return verdict.toString();
  }

  private static List<HalfResult> of(List<HalfResult> results, HalfContender contender) {
    return results.stream().filter(result -> result.contender() == contender).toList();
  }

  private static String sentence(HalfResult single, HalfResult half) {
    String name = half.setting().label() + ", " + half.contender().label() + ": ";
    return half.brokenAt() >= 0
        ? String.format("%sbroke at iteration %d%n", name, half.brokenAt())
        : String.format(
            Locale.ROOT,
            "%s%+.1f %% beside FLOAT's score%n",
            name,
            100 * (half.lastScore() / single.lastScore() - 1));
  }

  /** Counts exact zeros in the gradients as DL4J computes them, before anything is clipped. */
  private static final class Zeros extends BaseTrainingListener {

    private double shares;
    private int steps;

    @Override
    public void onGradientCalculation(Model model) {
      INDArray gradient = ((MultiLayerNetwork) model).getFlattenedGradients();
      shares += gradient.eq(0).castTo(DataType.DOUBLE).meanNumber().doubleValue();
      steps++;
    }

    private double share() {
      return steps == 0 ? 0 : shares / steps;
    }
  }
}

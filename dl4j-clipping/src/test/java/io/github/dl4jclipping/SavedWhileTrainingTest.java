package io.github.dl4jclipping;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.rule.ClipRule;
import io.github.dl4jclipping.rule.Decision;
import io.github.dl4jclipping.rule.GradientMeasurement;
import io.github.dl4jclipping.rule.RuleParameter;
import io.github.dl4jclipping.rule.RuleState;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** One thread trains, another saves or restores: never anything that is half of a step. */
@Timeout(120) // or threads wait for each other
class SavedWhileTrainingTest {

  @TempDir private Path folder;

  /** Stops in the middle of learning until it is told to go on. */
  private static final class Stopping implements ClipRule {
    private static final long serialVersionUID = 1L;
    private final transient CountDownLatch inTheMiddle = new CountDownLatch(1);
    private final transient CountDownLatch goOn = new CountDownLatch(1);

    @Override
    public boolean learns() {
      return true;
    }

    @Override
    public RuleState start(List<RuleParameter> parameters) {
      return new RuleState() {
        private double first;
        private double second;

        @Override
        public Decision decide(GradientMeasurement gradient) {
          first = gradient.iteration() + 1;
          if (gradient.iteration() == 2) {
            inTheMiddle.countDown();
            await(goOn);
          }
          second = gradient.iteration() + 1;
          return new Decision.Keep(Double.POSITIVE_INFINITY);
        }

        @Override
        public Map<String, double[]> save() {
          return Map.of("both", new double[] {first, second});
        }

        @Override
        public void restore(Map<String, double[]> saved) {
          first = saved.get("both")[0];
          second = saved.get("both")[1];
        }
      };
    }

    @Override
    public String toString() {
      return "stopping";
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void savingWaitsForTheEndOfTheStep(Kind kind) throws Exception {
    Stopping rule = new Stopping();
    Model network = clipped(kind, rule);
    Kind.fit(network, 1, 2);
    File file = file(network);

    Thread training = start(() -> Kind.fit(network, 3));
    await(rule.inTheMiddle);
    Thread saving = start(() -> GradientClipping.saveState(network, file));
    waitUntilBlocked(saving);
    rule.goOn.countDown();
    training.join();
    saving.join();

    assertThat(json(file).at("/stages/0/both")).hasToString("[3.0,3.0]");
  }

  @Test
  void restoringWaitsForTheEndOfTheStep() throws Exception {
    Stopping rule = new Stopping();
    Model network = clipped(Kind.LAYERS, rule);
    Kind.fit(network, 1, 2);
    File file = file(network);
    GradientClipping.saveState(network, file);

    Thread training = start(() -> Kind.fit(network, 3));
    await(rule.inTheMiddle);
    Thread restoring = start(() -> GradientClipping.restoreState(network, file));
    waitUntilBlocked(restoring);
    rule.goOn.countDown();
    training.join();
    restoring.join();
    GradientClipping.saveState(network, file);

    assertThat(json(file).at("/stages/0/both")).hasToString("[2.0,2.0]");
  }

  /** History, scale and counts of one save are of one step. */
  @Test
  void allOfASaveIsOfOneStep() throws Exception {
    GradientClipping clipping =
        GradientClipping.builder()
            .rule(ClipRule.autoClip())
            .lossScaling(LossScaling.constant(256).withMasterWeights(true))
            .build();
    Model network = Kind.LAYERS.half(new Adam(0.01));
    network.addListeners(new GradientClippingListener(clipping));
    DataSet batch = Networks.batch(DataType.FLOAT16, 8, 1);
    Kind.fit(network, batch);
    File file = file(network);
    Thread training =
        start(
            () -> {
              for (int i = 0; i < 400; i++) {
                Kind.fit(network, batch);
              }
            });
    int saves = 0;
    while (training.isAlive()) {
      GradientClipping.saveState(network, file);
      JsonNode json = json(file);
      JsonNode norms = json.at("/stages/0/norms");
      int counted = 0;
      for (int i = 3; i < norms.size(); i += 2) {
        counted += norms.get(i).intValue();
        assertThat(norms.get(i - 1).doubleValue())
            .isGreaterThan(i == 3 ? 0 : norms.get(i - 3).doubleValue());
      }
      assertThat(counted).isEqualTo(json.at("/lossScale/goodSteps").intValue());
      saves++;
    }
    training.join();
    assertThat(saves).isPositive();
  }

  /** Whoever installs and whoever saves take their locks in one order. */
  @Test
  void settingsMayChangeMeanwhile() throws Exception {
    Model network = clipped(Kind.LAYERS, ClipRule.globalNorm(0.5));
    Kind.fit(network, 1);
    File file = file(network);
    Thread training =
        start(
            () -> {
              for (int i = 0; i < 300; i++) {
                ((MultiLayerNetwork) network)
                    .setListeners(
                        new GradientClippingListener(GradientClipping.byGlobalNorm(1 + i)));
                Kind.fit(network, i);
              }
            });
    int saves = 0;
    while (training.isAlive()) {
      GradientClipping.saveState(network, file);
      saves++;
    }
    assertThat(saves).isPositive();
    assertThat(GradientClipping.lastReport(network).orElseThrow().maxNorm()).isEqualTo(300);
  }

  /** DL4J's fit holds the network itself before all that this library locks. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void settingsMayComeFromAnotherThread(Kind kind) throws Exception {
    Model network = kind.plain(new Adam(0.01));
    GradientClipping.byGlobalNorm(1).attachTo(network);
    Thread training =
        start(
            () -> {
              for (int i = 0; i < 500; i++) {
                Kind.fit(network, i);
              }
            });
    int times = 0;
    while (training.isAlive()) {
      GradientClipping.byGlobalNorm(1 + times % 2).attachTo(network);
      times++;
    }
    assertThat(times).isPositive();
    assertThat(Kind.listeners(network)).isEmpty();
    assertThat(GradientClipping.lastReport(network).orElseThrow().iteration()).isEqualTo(499);
  }

  /** An observer is called within the step, on the thread that takes it. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void observerMaySave(boolean broken) throws Exception {
    GradientClipping clipping =
        GradientClipping.builder()
            .rule(ClipRule.autoClip())
            .nonFinite(NonFinitePolicy.SKIP)
            .build();
    MultiLayerNetwork network = (MultiLayerNetwork) Kind.LAYERS.plain(new Adam(0.01));
    File file = file(network);
    network.addListeners(
        new GradientClippingListener(clipping)
            .observe(report -> GradientClipping.saveState(network, file)));
    try (LogCapture log = new LogCapture(Level.WARN)) {
      Kind.fit(network, 1, 2);
      if (broken) {
        network.fit(Networks.nanBatch(7, 3));
      }
      assertThat(log.at(Level.WARN)).noneMatch(line -> line.contains("Observer"));
    }
    Model restored = MultiLayerNetwork.load(file, true);
    GradientClipping.restoreState(restored, file);
    clipping.attachTo(restored);
    assertThat(json(file).at("/stages/0/norms")).hasSize(6);
  }

  private static Model clipped(Kind kind, ClipRule rule) {
    Model network = kind.plain(new Adam(0.01));
    network.addListeners(
        new GradientClippingListener(GradientClipping.builder().rule(rule).build()));
    return network;
  }

  private File file(Model network) throws IOException {
    File file = folder.resolve("model.zip").toFile();
    ModelSerializer.writeModel(network, file, true);
    return file;
  }

  private static Thread start(Runnable work) {
    Thread thread = new Thread(work);
    thread.start();
    return thread;
  }

  private static void waitUntilBlocked(Thread thread) {
    while (thread.getState() != Thread.State.BLOCKED) {
      assertThat(thread.isAlive()).as("waits for the step").isTrue();
      Thread.onSpinWait();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode json(File file) {
    try (FileSystem zip = FileSystems.newFileSystem(file.toPath())) {
      return new ObjectMapper().readTree(Files.readString(zip.getPath("dl4j-clipping.json")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package io.github.dl4jclipping.report.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.ChildJvm;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.LogCapture;
import io.github.dl4jclipping.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.learning.config.Sgd;

/** What can be written no further stops; training does not. */
class FullDiskTest {

  private static final int STEPS = 300;
  private static final int KIB = 16;

  @TempDir private Path folder;

  @Test
  @EnabledOnOs(OS.LINUX)
  void fullDeviceIsSaidOnce() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full));
    try (LogCapture log = new LogCapture(Level.WARN);
        ReportFile file = new ReportFile(full, Files.newOutputStream(full), 0)) {
      file.write("one\n", 7);
      file.write("two\n", 8);
      assertThat(log.at(Level.WARN))
          .singleElement()
          .asString()
          .contains("/dev/full", "No space left", "from iteration 7 on", "Training continues");
    }
  }

  /** The limit on a file's size tears the last row, as a disk does that becomes full. */
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void filesEndAtACompleteRowAndTrainingGoesOn() throws Exception {
    Process training = new ChildJvm().largestFile(KIB).start(Training.class, folder);
    List<String> said =
        new String(training.getInputStream().readAllBytes(), UTF_8).lines().toList();

    assertThat(training.waitFor()).isZero();
    assertThat(said).hasSize(FileKind.values().length + 1).last().isEqualTo("as without files");
    for (FileKind kind : FileKind.values()) {
      Path path = folder.resolve(kind.name());
      assertThat(Files.size(path)).isBetween((KIB - 1) * 1024L, KIB * 1024L);
      int rows = kind.read(path).size();
      assertThat(rows).isLessThan(STEPS);
      assertThat(said)
          .anyMatch(
              line ->
                  line.contains(path.toString())
                      && line.contains("from iteration " + rows + " on"));
    }
  }

  /** Trains with files and without, and says what was logged and whether both came out alike. */
  static final class Training {

    private Training() {}

    @SuppressWarnings("SystemOut") // what the test reads
    public static void main(String[] args) throws IOException {
      Model network = Kind.LAYERS.plain(new Sgd(0.1));
      Model without = Kind.LAYERS.plain(new Sgd(0.1));
      CollectingObserver seen = new CollectingObserver();
      GradientClippingListener listener =
          new GradientClippingListener(GradientClipping.byGlobalNorm(0.1)).observe(seen);
      for (FileKind kind : FileKind.values()) {
        listener.observe(kind.create(Path.of(args[0], kind.name())).report());
      }
      network.addListeners(listener);
      without.addListeners(new GradientClippingListener(GradientClipping.byGlobalNorm(0.1)));
      try (LogCapture log = new LogCapture(Level.WARN)) {
        for (int i = 0; i < STEPS; i++) {
          Kind.fit(network, i);
          Kind.fit(without, i);
        }
        log.at(Level.WARN).forEach(System.out::println);
      }
      boolean alike = Snapshot.of(network).equals(Snapshot.of(without));
      System.out.println(alike && seen.steps.size() == STEPS ? "as without files" : "otherwise");
    }
  }
}

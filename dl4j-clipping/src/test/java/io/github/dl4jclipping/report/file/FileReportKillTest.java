package io.github.dl4jclipping.report.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.ChildJvm;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.file.FileKind.Opened;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.learning.config.Sgd;

/** A process that trains and writes is killed. */
class FileReportKillTest {

  private static final int STEPS = 50;

  @TempDir private Path folder;

  @Test
  void killedProcessLosesNoStepThatItFinished() throws Exception {
    Process training = new ChildJvm().start(Training.class, folder);
    try (BufferedReader steps =
        new BufferedReader(new InputStreamReader(training.getInputStream(), UTF_8))) {
      for (int i = 0; i < STEPS; i++) {
        assertThat(steps.readLine()).isEqualTo("step " + i);
      }
    } finally {
      training.destroyForcibly().waitFor();
    }

    assertThat(training.exitValue()).isNotZero();
    for (FileKind kind : FileKind.values()) {
      Path path = folder.resolve(kind.name());
      // Cuts off the last row, should the kill have torn it.
      try (Opened file = kind.append(path)) {
        List<ClipReport> rows = kind.read(path);
        assertThat(rows).hasSizeGreaterThanOrEqualTo(STEPS);
        assertThat(rows)
            .extracting(ClipReport::iteration)
            .isEqualTo(IntStream.range(0, rows.size()).boxed().toList());
        file.write(FileReportTest.step(-1, rows.get(0).parameterNorms()));
      }
      assertThat(kind.read(path)).last().extracting(ClipReport::iteration).isEqualTo(-1);
    }
  }

  /** Trains for ever and says after each step that it is over. */
  static final class Training {

    private Training() {}

    @SuppressWarnings("SystemOut") // what the test waits for
    public static void main(String[] args) throws IOException {
      Model network = Kind.LAYERS.plain(new Sgd(0.1));
      GradientClippingListener listener =
          new GradientClippingListener(GradientClipping.byGlobalNorm(0.1));
      for (FileKind kind : FileKind.values()) {
        listener.observe(kind.create(Path.of(args[0], kind.name())).report());
      }
      network.addListeners(listener);
      for (int i = 0; ; i++) {
        Kind.fit(network, i);
        System.out.println("step " + i);
      }
    }
  }
}

package io.github.dl4jclipping.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.ContextInitializer;
import ch.qos.logback.core.status.Status;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.internal.report.ClippingLog;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.learning.config.Sgd;
import org.slf4j.LoggerFactory;

/** The configurations that come with the library, in the last Logback for SLF4J 1.7. */
class LogbackConfigurationsTest {

  private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();

  @TempDir private Path folder;

  @BeforeEach
  void reset() {
    context.reset();
    context.getStatusManager().clear();
    System.setProperty("dl4jclipping.log", folder.resolve("run").toString());
  }

  @AfterEach
  void putBack() throws Exception {
    System.clearProperty("dl4jclipping.log");
    context.reset();
    new ContextInitializer(context).autoConfig();
  }

  @Test
  void consoleShowsOneLineAStep() throws Exception {
    assertThat(onStandardError("console"))
        .containsPattern(
            "\\d\\d:\\d\\d:\\d\\d INFO  dl4jclipping - iteration=1 epoch=0 score=\\S+ ");
    assertThat(complaints()).isEmpty();
  }

  @Test
  void rollingFileTakesOneLineAStep() throws Exception {
    assertThat(onStandardError("rolling-file")).isEmpty();
    assertThat(Files.readAllLines(folder.resolve("run.log")))
        .hasSize(3)
        .first()
        .asString()
        .contains("INFO  [main] io.github.dl4jclipping - Clipping the gradients");
    assertThat(complaints()).isEmpty();
  }

  @Test
  void jsonLinesNeedANewerLogback() throws Exception {
    onStandardError("json-lines");
    assertThat(complaints()).isNotEmpty();
  }

  /** Returns what Logback itself found wrong since it was reset. */
  private List<Status> complaints() {
    return context.getStatusManager().getCopyOfStatusList().stream()
        .filter(status -> status.getLevel() >= Status.WARN)
        .toList();
  }

  /** Trains two steps under a configuration and returns what is shown. */
  @SuppressWarnings("SystemOut") // what the console shows
  private String onStandardError(String configuration) throws Exception {
    PrintStream before = System.err;
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    System.setErr(new PrintStream(shown, true, UTF_8));
    try {
      JoranConfigurator configurator = new JoranConfigurator();
      configurator.setContext(context);
      configurator.doConfigure(
          ClippingLog.class.getResource(
              "/io/github/dl4jclipping/logback/" + configuration + ".xml"));
      Model network = Kind.LAYERS.plain(new Sgd(0.1));
      network.addListeners(
          new GradientClippingListener(GradientClipping.byGlobalNorm(0.01)).logEvery(1));
      Kind.fit(network, 1, 2);
    } finally {
      System.setErr(before);
    }
    return shown.toString(UTF_8);
  }
}

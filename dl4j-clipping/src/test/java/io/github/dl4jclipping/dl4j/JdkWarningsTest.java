package io.github.dl4jclipping.dl4j;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.ChildJvm;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import java.util.List;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.api.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnJre;
import org.junit.jupiter.api.condition.JRE;
import org.nd4j.linalg.learning.config.Sgd;

/** What JDK 25 warns of when a network trains, as docs/java-versions.md tells it. */
@EnabledOnJre(JRE.JAVA_25)
class JdkWarningsTest {

  private static final Pattern CALLER = Pattern.compile("has been called by ([\\w.]+)");

  private static List<String> warnings(ChildJvm jvm) throws Exception {
    Process training = jvm.withErrors().start(Training.class);
    String said = new String(training.getInputStream().readAllBytes(), UTF_8);
    assertThat(training.waitFor()).as(said).isZero();
    assertThat(said).contains("CLIPPED");
    return said.lines().filter(line -> line.startsWith("WARNING: ")).toList();
  }

  @Test
  void javaCppAloneIsWarnedOf() throws Exception {
    String warnings = String.join("\n", warnings(new ChildJvm()));

    assertThat(CALLER.matcher(warnings).results().map(match -> match.group(1)))
        .containsExactlyInAnyOrder(
            "org.bytedeco.javacpp.Loader", "org.bytedeco.javacpp.indexer.UnsafeRaw");
  }

  @Test
  void flagsSilenceThem() throws Exception {
    ChildJvm jvm =
        new ChildJvm()
            .option("--enable-native-access=ALL-UNNAMED")
            .option("--sun-misc-unsafe-memory-access=allow");

    assertThat(warnings(jvm)).isEmpty();
  }

  /** Trains one step. */
  static final class Training {

    private Training() {}

    @SuppressWarnings("SystemOut") // what the test reads
    public static void main(String[] args) {
      Model network = Kind.LAYERS.plain(new Sgd(0.1));
      network.addListeners(new GradientClippingListener(GradientClipping.byGlobalNorm(0.01)));
      Kind.fit(network, 1);
      System.out.println(GradientClipping.lastReport(network).orElseThrow().outcome());
    }
  }
}

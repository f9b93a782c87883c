package io.github.dl4jclipping.samples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkersProgramTest {

  @ParameterizedTest
  @CsvSource({"parallel, ParallelSample", "spark, SparkSample"})
  void exitsWithStatus2AndOneLine(String name, String main, @TempDir Path folder) throws Exception {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    "-Dtext=" + folder.resolve("missing.txt"),
                    getClass().getPackageName() + "." + main))
            .start();

    String error = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isEqualTo(2);
    assertThat(error).hasLineCount(1).startsWith(name + ": ").contains("there is no file");
    assertThat(process.getInputStream().readAllBytes()).isEmpty();
  }
}

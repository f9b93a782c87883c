package io.github.dl4jclipping.samples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QuickstartTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void exitsWithStatus2AndOneLine(BadFile bad) throws Exception {
    Process process = start(bad.in(folder));

    String error = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isEqualTo(2);
    assertThat(error).hasLineCount(1).startsWith("quickstart: ").contains(bad.complaint());
    assertThat(process.getInputStream().readAllBytes()).isEmpty();
  }

  private static Process start(Path text) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Dtext=" + text,
                Quickstart.class.getName()))
        .start();
  }

  @Test
  void withoutANameTheTextIsTheLicence() throws Exception {
    assertThat(TextProgram.pathOf("")).isAbsolute().hasFileName("LICENSE");
    assertThat(TextProgram.pathOf("my.txt")).isAbsolute().hasFileName("my.txt");
  }

  @Test
  void refusesWhatIsNoFileName() {
    assertThatThrownBy(() -> TextProgram.pathOf("\0"))
        .isInstanceOf(UnusableTextException.class)
        .hasMessageStartingWith("not a file name");
  }
}
